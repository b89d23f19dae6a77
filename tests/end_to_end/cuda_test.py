#!/usr/bin/env python3
"""`train --device cuda`: without a device an error; with one, the losses of the CPU, and models that every
command takes."""
import json
import os
import random
import signal
import subprocess
import unittest
from unittest import mock

from support import CLI, TIMEOUT, CommandTest, films

CUDA = ("--device", "cuda")
OPTIONS = ("--categorical", "genre", "--bag", "cast:|", "--numeric", "score", "--dim", "8",
           "--first-batch", "512", "--threads", "1")
NO_DEVICE = "--device cuda: expected a CUDA device, received none"


def has_device():
    done = subprocess.run([CLI, "train", os.devnull, *CUDA, "--out", "feat2vec-none.f2v"], capture_output=True,
                          timeout=TIMEOUT)
    return NO_DEVICE not in done.stderr.decode()


def table(rows):
    """Of each film's genre follow its actors and its score."""
    draw = random.Random(1)
    lines = ["genre,cast,score"]
    for row in range(rows):
        genre = draw.randrange(5)
        cast = sorted({f"a{8 * genre + draw.randrange(8)}" for _ in range(3)})
        score = "" if row % 9 == 0 else f"{genre + draw.random():.3f}"
        lines.append(f"g{genre},{'|'.join(cast)},{score}")
    return "\n".join(lines) + "\n"


class WithoutADevice(CommandTest):
    def test_is_an_error_before_anything_is_read(self):
        self.write("t.csv", films())
        with mock.patch.dict(os.environ, {"CUDA_VISIBLE_DEVICES": ""}):
            self.fails(1, ["train", "t.csv", "--out", "m.f2v", *CUDA], NO_DEVICE)


@unittest.skipUnless(has_device(), "this machine has no CUDA device")
class WithADevice(CommandTest):
    def loss(self, *options):
        """The training loss of a model, and what was said while it was made."""
        errors = self.succeeds("train", "t.csv", "--out", "m.f2v", "--progress", "none", *OPTIONS, *options)[1]
        return self.inspect("m.f2v")["provenance"]["training_loss"], errors

    def test_trains_as_the_cpu_does(self):
        self.write("t.csv", table(1500))
        for options in ((), ("--unit", "group", "--objective", "nce"), ("--preset", "paper"),
                        ("--preset", "paper", "--oversampler", "all")):
            with self.subTest(options=options):
                expected, _ = self.loss("--epochs", "3", *options)
                received, errors = self.loss("--epochs", "3", *options, *CUDA)
                self.assertIn("engine: autograd (the model is on cuda:0)", errors)
                self.assertAlmostEqual(received, expected, delta=1e-3 * expected)

    def test_every_command_takes_the_model(self):
        self.write("t.csv", table(3200))
        self.loss("--epochs", "5", *CUDA)
        near = json.loads(self.succeeds("nearest", "m.f2v", "cast=a17", "--in", "genre", "--json")[0])
        self.assertEqual(near[0]["value"], "g2")
        found = json.loads(self.succeeds("complete", "m.f2v", "--target", "genre", "cast=a17", "--json")[0])
        self.assertEqual(found[0]["value"], "g2")
        self.write("held_out.csv", table(200))
        (genre,) = json.loads(self.succeeds("evaluate", "m.f2v", "held_out.csv", "--target", "genre", "--json")[0])
        self.assertGreater(genre["readouts"]["reader"]["hits1"], 0.95)
        for form, out in (("torchscript", "m.pt"), ("word2vec", "m.txt")):
            self.succeeds("export", "m.f2v", "--format", form, "--out", out)
        self.assertLess({"m.pt", "m.txt"}, set(self.files()))

    def test_goes_on_on_the_other_device(self):
        self.write("t.csv", table(1500))
        for options in (("--epochs", "20"), ("--epochs", "20", "--valid-share", ".1", "--patience", "0")):
            expected, _ = self.loss(*options)
            for first, second in ((CUDA, ()), ((), CUDA)):
                with self.subTest(options=options, first=first, second=second):
                    self.interrupt_after_an_epoch("train", "t.csv", "--out", "m.f2v", *OPTIONS, *options, *first)
                    received, _ = self.loss(*options, *second, "--resume")
                    self.assertAlmostEqual(received, expected, delta=5e-3 * expected)
                    self.assertNotIn("m.f2v.checkpoint", self.files())

    def interrupt_after_an_epoch(self, *arguments):
        with subprocess.Popen([CLI, *arguments, "--progress", "json"], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            for line in process.stdout:
                if json.loads(line)["event"] == "epoch":
                    break
            process.send_signal(signal.SIGINT)
            errors = process.communicate(timeout=TIMEOUT)[1].decode()
        self.assertEqual(process.returncode, 130, errors)


if __name__ == "__main__":
    unittest.main()
