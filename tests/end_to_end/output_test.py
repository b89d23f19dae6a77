#!/usr/bin/env python3
"""What the command writes: model files whole or not at all, and what goes to stdout and stderr."""
import json
import os
import resource
import subprocess
import unittest

from support import CLI, TIMEOUT, CommandTest, films

QUICK = ("--dim", "4", "--epochs", "2")


def dead_process():
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


class Out(CommandTest):
    """`--out` is checked before training."""

    def setUp(self):
        super().setUp()
        self.write("t.csv", films(40))

    def refused(self, out, *fragments, options=()):
        self.fails(1, ["train", "t.csv", "--out", out, *QUICK, *options], *fragments)

    def test_an_absent_folder(self):
        self.refused("absent/m.f2v", "absent/m.f2v", "folder absent")

    def test_a_folder(self):
        os.mkdir(self.path("d"))
        self.refused("d", "d:", "a folder")
        self.refused("d/", "d/:")

    def test_below_a_file(self):
        self.refused("t.csv/m.f2v", "t.csv/m.f2v")

    def test_no_name(self):
        self.refused("", "file")

    def test_a_special_file(self):
        self.refused("/dev/null", "/dev/null", "special file")

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_folder_that_cannot_be_written_to(self):
        os.mkdir(self.path("d"), 0o500)
        self.refused("d/m.f2v", "d/m.f2v", "written")

    def test_an_input(self):
        self.write("v.csv", films(10))
        os.link(self.path("t.csv"), self.path("link.csv"))
        for out in ("t.csv", "./t.csv", "link.csv", "v.csv"):
            with self.subTest(out):
                self.refused(out, "not an input", options=("--valid", "v.csv"))

    def test_export_checks_first_too(self):
        self.train("t.csv")
        self.fails(1, ["export", "m.f2v", "--format", "npy", "--out", "absent/v"], "absent")

    def test_a_path_with_blanks_and_other_scripts(self):
        os.mkdir(self.path("ein Ordner"))
        self.train("t.csv", out="ein Ordner/名 1.f2v")
        self.assertEqual(os.listdir(self.path("ein Ordner")), ["名 1.f2v"])


class Whole(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("t.csv", films(40))

    def run_with_file_size_limit(self, size, *arguments):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return subprocess.run([CLI, *arguments], cwd=self.folder, preexec_fn=limit, timeout=TIMEOUT,
                              capture_output=True)

    def test_a_full_disk_leaves_the_old_model_intact(self):
        self.write("m.f2v", "old")
        done = self.run_with_file_size_limit(1000, "train", "t.csv", "--out", "m.f2v", *QUICK, "--quiet")
        self.assert_error(done, 1, "m.f2v", "room")
        self.assertEqual(self.read("m.f2v"), b"old")
        self.assertEqual(self.files(), ["m.f2v", "t.csv"])

    def test_a_checkpoint_without_room_is_a_warning(self):
        size = len(self.train("t.csv", "--engine", "autograd"))
        done = self.run_with_file_size_limit(size, "train", "t.csv", "--out", "m.f2v", *QUICK, "--quiet",
                                             "--checkpoint-every", "0.001", "--engine", "autograd")
        errors = done.stderr.decode()
        self.assertEqual(done.returncode, 0, errors)
        self.assertTrue(errors.startswith("feat2vec: warning: "), errors)
        self.assertIn("m.f2v.checkpoint", errors)
        self.assertEqual(self.files(), ["m.f2v", "t.csv"])

    def test_leftovers_of_dead_processes_are_removed(self):
        dead = dead_process()
        gone = [f".m.f2v.tmp-{dead}", f".m.f2v.checkpoint.tmp-{dead}"]
        kept = [f".m.f2v.tmp-{os.getpid()}", f".other.f2v.tmp-{dead}", ".m.f2v.tmp-notes", "m.f2v", "t.csv"]
        for name in (*gone, *kept):
            if name != "t.csv":
                self.write(name, "half")
        self.train("t.csv", "--checkpoint-every", "0.001")
        self.assertEqual(self.files(), sorted(kept))


class Streams(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("t.csv", films(40))

    def test_quiet_prints_nothing(self):
        self.assertEqual(self.succeeds("train", "t.csv", "--out", "m.f2v", *QUICK, "--quiet"), ("", ""))

    def test_quiet_keeps_warnings(self):
        self.write("v.csv", films(10).replace("s1", "never"))
        out, errors = self.succeeds("train", "t.csv", "--out", "m.f2v", "--valid", "v.csv", *QUICK,
                                    "--quiet")
        self.assertEqual(out, "")
        for line in errors.splitlines():
            self.assertTrue(line.startswith("feat2vec: warning: "), line)
        self.assertIn("never", errors)

    def test_json_lines_and_nothing_else_go_to_stdout(self):
        out, errors = self.succeeds("train", "t.csv", "--out", "m.f2v", *QUICK, "--valid-share", "0.2",
                                    "--progress", "json")
        events = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(events[0]["event"], "step")
        epochs = [event for event in events if event["event"] == "epoch"]
        self.assertEqual([event["epoch"] for event in epochs][:2], [1, 2])
        self.assertIn("loss", epochs[0]["training"])
        self.assertEqual(set(epochs[0]["training"]["by_group"]), {"studio", "genre", "score"})
        self.assertIn("validation", epochs[0])
        self.assertIn("t.csv: 40 rows", errors)
        self.assertIn("wrote m.f2v", errors)

    def test_the_bar_and_the_schema_go_to_stderr(self):
        out, errors = self.succeeds("train", "t.csv", "--out", "m.f2v", *QUICK)
        self.assertEqual(out, "")
        for fragment in ("studio", "categorical", "numeric", "epoch  1", "wrote m.f2v"):
            self.assertIn(fragment, errors)
        self.assertNotIn("\x1b", errors)  # no cursor movement where nobody looks

    def test_a_terminal_sees_a_bar(self):
        shown = self.on_a_terminal("train", "t.csv", "--out", "m.f2v", *QUICK)
        self.assertRegex(shown, r"\r\x1b\[K\[=* *\] epoch 1/2  \d+ rows/s  loss [\d.]+  \d+ s left\r\x1b\[Kepoch  1")

    def test_no_progress(self):
        out, errors = self.succeeds("train", "t.csv", "--out", "m.f2v", *QUICK, "--progress", "none")
        self.assertEqual(out, "")
        self.assertNotIn("epoch  1", errors)

    def test_a_closed_pipe_is_no_crash(self):
        self.train("t.csv")
        process = subprocess.Popen([CLI, "inspect", "m.f2v", "--values"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.close()
        errors = process.stderr.read()
        process.stderr.close()
        process.wait(TIMEOUT)
        self.assertEqual(errors, b"")


if __name__ == "__main__":
    unittest.main()
