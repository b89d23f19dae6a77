"""What the end-to-end tests share: running the command in a folder of its own, tables, and what every
error must look like. Standard library only.

The command is named by the environment variable FEAT2VEC_CLI; without one a test is skipped (77).
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

CLI = os.path.abspath(os.environ["FEAT2VEC_CLI"]) if os.environ.get("FEAT2VEC_CLI") else ""
SOURCE_DIR = os.environ.get("FEAT2VEC_SOURCE_DIR") or os.path.abspath(
    os.path.join(os.path.dirname(__file__), "..", ".."))
TIMEOUT = float(os.environ.get("FEAT2VEC_TEST_SECONDS", "120"))  # of one command


def skip(reason):
    print("skipped: " + reason)
    sys.exit(77)


if __name__ == "__main__":
    skip("shared by the other scripts; nothing to run")
if not os.access(CLI, os.X_OK):
    skip("FEAT2VEC_CLI does not name the feat2vec command")


def films(rows=120, seed=1):
    """A table with structure: genre follows the studio, the score too."""
    generator = random.Random(seed)
    lines = ["studio,genre,score"]
    for _ in range(rows):
        s = generator.randrange(6)
        lines.append(f"s{s},g{(s + generator.randrange(2)) % 6},{s + generator.random():.3f}")
    return "\n".join(lines) + "\n"


class CommandTest(unittest.TestCase):
    """Each test runs the command in an empty folder, `self.folder`."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="feat2vec-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return name

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def files(self):
        return sorted(os.listdir(self.folder))

    def run_command(self, *arguments, stdin=b""):
        return subprocess.run([CLI, *arguments], cwd=self.folder, input=stdin, capture_output=True,
                              timeout=TIMEOUT)

    def on_a_terminal(self, *arguments):
        """Runs the command with a terminal as its stderr, expects exit code 0, returns what the terminal got."""
        reader, terminal = os.openpty()
        with open(reader, "rb", buffering=0) as shown:
            with subprocess.Popen([CLI, *arguments], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=terminal) as run:
                os.close(terminal)
                timer = threading.Timer(TIMEOUT, run.kill)
                timer.start()
                text = b""
                try:
                    while chunk := shown.read(4096):
                        text += chunk
                except OSError:  # how Linux says that nobody writes to the terminal any more
                    pass
                timer.cancel()
            self.assertEqual(run.returncode, 0, text.decode())
        return text.decode()

    def succeeds(self, *arguments, stdin=b""):
        """Runs the command, expects exit code 0, returns (stdout, stderr) as text."""
        done = self.run_command(*arguments, stdin=stdin)
        errors = done.stderr.decode()
        self.assertEqual(done.returncode, 0, f"{arguments}\n{errors}")
        return done.stdout.decode(), errors

    def fails(self, code, arguments, *fragments, stdin=b""):
        """Runs the command, expects `code`, one clear line on stderr with all `fragments` in it,
        nothing on stdout and no file made, changed or left behind. Returns that line."""
        before = {name: self.stamp(name) for name in self.files()}
        done = self.run_command(*arguments, stdin=stdin)
        self.assert_error(done, code, *fragments)
        self.assertEqual({name: self.stamp(name) for name in self.files()}, before)
        return done.stderr.decode()

    def stamp(self, name):
        status = os.stat(self.path(name))
        return status.st_size, status.st_mtime_ns, status.st_ino

    def assert_error(self, done, code, *fragments):
        text = done.stderr.decode()  # strict: an error is UTF-8 whatever the data was
        shown = f"{done.args[1:]}: exit {done.returncode}\n{text}"
        self.assertEqual(done.returncode, code, shown)
        self.assertEqual(done.stdout, b"", shown)
        self.assertTrue(text.startswith("feat2vec: error: "), shown)
        self.assertTrue(text.endswith("\n") and text.count("\n") == 1, shown)
        self.assertTrue(all(c >= " " or c == "\n" for c in text), shown)
        for fragment in fragments:
            self.assertIn(fragment, text, shown)

    def inspect(self, *arguments, stdin=b""):
        """`inspect --json` as an object; of a table `columns` by name."""
        found = json.loads(self.succeeds("inspect", *arguments, "--json", stdin=stdin)[0])
        if found["kind"] == "table":
            found["columns"] = {column["column"]: column for column in found["columns"]}
        return found

    def vocabulary(self, model, feature):
        """The values of a feature of a model with their counts, in the model's order."""
        found = self.inspect(model, "--values")
        entry = next(f for f in found["features"] if f["name"] == feature)
        return [(value["value"], value["count"]) for value in entry["vocabulary"]]

    def train(self, table, *options, out="m.f2v", stdin=b""):
        """Trains a small model quickly and quietly; returns the bytes of its file."""
        tables = [table] if isinstance(table, str) else table
        self.succeeds("train", *tables, "--out", out, "--dim", "4", "--epochs", "2", "--quiet",
                      *options, stdin=stdin)
        return self.read(out)
