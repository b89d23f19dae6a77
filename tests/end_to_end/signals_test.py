#!/usr/bin/env python3
"""Signals, checkpoints and --resume. The promise: a run that was stopped anywhere and resumed gives the
bytes of one that never was."""
import json
import os
import random
import signal
import subprocess
import time
import unittest

from support import CLI, TIMEOUT, CommandTest, films

OPTIONS = ("--dim", "4", "--batch", "8", "--patience", "0", "--engine", "autograd")  # slow enough to stop
SPLIT = (*OPTIONS, "--epochs", "16", "--valid-share", ".1")  # select, then again on all rows
WHOLE = (*OPTIONS, "--epochs", "30", "--valid-share", "0", "--optimizer", "adam", "--lr", ".01")
READER = ("--dim", "4", "--epochs", "3")
MEASURED = (*OPTIONS, "--epochs", "16", "--stop-on", "mrr:genre")
FILE = (*OPTIONS, "--epochs", "16", "--valid", "v.csv")
FUSED = ("--dim", "4", "--batch", "32", "--first-batch", "8", "--patience", "0", "--epochs", "4000")
TABLES = {"t.csv": films(240), "v.csv": films(40, seed=9)}


def wide(rows):
    """A table whose reader is fitted for a second: four columns of many values."""
    draw = random.Random(1)
    lines = [",".join(f"v{draw.randrange(60)}" for _ in range(4)) for _ in range(rows)]
    return "\n".join(["a,b,c,d", *lines]) + "\n"


class Running:
    """A training that runs; its progress can be waited for."""

    def __init__(self, test, *arguments, stdin=None):
        command = [CLI, "train", *arguments, "--out", "m.f2v", "--progress", "json"]
        self.process = subprocess.Popen(command, cwd=test.folder, stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        test.addCleanup(self.end)

    def wait_for(self, is_it):
        for line in self.process.stdout:
            if is_it(json.loads(line)):
                return
        raise AssertionError("training ended first: " + self.process.stderr.read().decode())

    def wait_for_first_step(self):
        self.wait_for(lambda event: event["event"] == "step")

    def wait_for_final_stage(self):
        self.wait_for(lambda event: event["event"] == "epoch" and "validation" not in event)

    def finish(self):
        errors = self.process.communicate(timeout=TIMEOUT)[1].decode()
        return self.process.returncode, errors

    def stop(self, number):
        self.process.send_signal(number)
        return self.finish()

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class TrainingTest(CommandTest):
    never_stopped = {}

    def setUp(self):
        super().setUp()
        for name, content in TABLES.items():
            self.write(name, content)

    def expected(self, options):
        """The model of a run that was never stopped."""
        if options not in self.never_stopped:
            self.succeeds("train", "t.csv", *options, "--out", "whole.f2v", "--quiet")
            self.never_stopped[options] = self.read("whole.f2v")
            os.remove(self.path("whole.f2v"))
        return self.never_stopped[options]

    def interrupted(self, options, number=signal.SIGINT, code=130, wait=Running.wait_for_first_step):
        running = Running(self, "t.csv", *options)
        wait(running)
        returned, errors = running.stop(number)
        self.assertEqual(returned, code, errors)
        self.assertIn("m.f2v", self.files())
        self.assertIn("m.f2v.checkpoint", self.files())
        return errors

    def assert_resumes(self, options, *more):
        self.succeeds("train", "t.csv", *options, "--out", "m.f2v", "--resume", "--quiet", *more)
        self.assertEqual(self.read("m.f2v"), self.expected(options))
        self.assertEqual(self.files(), sorted([*TABLES, "m.f2v"]))


class StoppedAndResumed(TrainingTest):
    def test_interrupted_in_the_first_stage(self):
        errors = self.interrupted(SPLIT)
        self.assertIn("interrupted", errors)
        self.assertIn("--resume", errors)
        self.assertTrue(self.inspect("m.f2v")["provenance"]["interrupted"])
        self.assertEqual(self.inspect("m.f2v.checkpoint")["kind"], "checkpoint")
        for file in ("m.f2v", "m.f2v.checkpoint"):
            self.assertIn("studio=", self.succeeds("nearest", file, "genre=g1", "--in", "studio")[0])
        self.assert_resumes(SPLIT, "--threads", "2", "--checkpoint-every", "1h")

    def test_terminated_in_the_final_stage(self):
        self.interrupted(SPLIT, signal.SIGTERM, 143, Running.wait_for_final_stage)
        self.assert_resumes(SPLIT)

    def test_interrupted_between_the_stages(self):
        def wait(running):
            for line in running.process.stderr:
                if b"training on all" in line:
                    return

        self.assertIn("--resume goes on", self.interrupted(SPLIT, wait=wait))
        self.assert_resumes(SPLIT)

    def test_interrupted_without_validation(self):
        self.interrupted(WHOLE)
        self.assert_resumes(WHOLE)

    def test_interrupted_with_a_file_of_validation_rows(self):
        self.interrupted(FILE)
        self.assert_resumes(FILE)

    def test_interrupted_on_the_fused_engine(self):
        errors = self.interrupted(FUSED)
        self.assertIn("engine: fused", errors)
        self.assert_resumes(FUSED, "--threads", "3")

    def test_interrupted_while_a_rank_metric_chooses_the_epochs(self):
        self.interrupted(MEASURED, wait=lambda running: running.wait_for(
            lambda event: event["event"] == "epoch" and event["epoch"] == 3))
        self.assert_resumes(MEASURED, "--threads", "2")

    def test_interrupted_while_the_reader_is_fitted(self):
        def wait(running):
            for line in running.process.stderr:
                if b"fitting the reader" in line:
                    return

        self.write("t.csv", wide(3000))
        for options in (READER, (*READER, "--no-refit"), (*READER, "--stop-on", "mrr:a")):
            self.never_stopped.pop(options, None)
            errors = self.interrupted(options, wait=wait)
            self.assertIn("interrupted: m.f2v is usable; --resume goes on", errors)
            self.assertNotIn("the reader ranks", errors)
            self.assertTrue(self.inspect("m.f2v")["provenance"]["interrupted"])
            os.remove(self.path("m.f2v"))
            self.assertIn("interrupted: m.f2v is usable", self.interrupted((*options, "--resume"), wait=wait))
            self.assert_resumes(options)
            os.remove(self.path("m.f2v"))

    def test_interrupted_twice(self):
        self.interrupted(WHOLE)
        self.interrupted((*WHOLE, "--resume"), signal.SIGTERM, 143)
        self.assert_resumes(WHOLE)

    def killed(self, options, wait):
        running = Running(self, "t.csv", *options, "--checkpoint-every", "0.05")
        wait(running)
        returned, _ = running.stop(signal.SIGKILL)
        self.assertEqual(returned, -signal.SIGKILL)
        self.assertIn("m.f2v.checkpoint", self.files())

    def test_killed_in_the_first_stage(self):
        self.killed(SPLIT, lambda running: running.wait_for(lambda event: event["epoch"] == 6))
        self.assertNotIn("m.f2v", self.files())
        self.assert_resumes(SPLIT)

    def test_killed_in_the_final_stage(self):
        self.killed(SPLIT, lambda running: running.wait_for(
            lambda event: event["event"] == "epoch" and "validation" not in event and event["epoch"] == 6))
        self.assert_resumes(SPLIT)

    def test_killed_without_validation(self):
        self.killed(WHOLE, lambda running: running.wait_for(lambda event: event["epoch"] == 10))
        self.assert_resumes(WHOLE)


class Signals(TrainingTest):
    def test_before_the_first_step_nothing_is_written(self):
        running = Running(self, "-", *WHOLE, stdin=subprocess.PIPE)
        running.process.stdin.write(films(20000).encode())  # more than a pipe holds: it is being read
        running.process.stdin.flush()
        returned, errors = running.stop(signal.SIGINT)
        self.assertEqual(returned, 130, errors)
        self.assertEqual(self.files(), sorted(TABLES))

    def test_the_second_exits_at_once_and_leaves_files_intact(self):
        self.write("m.f2v", "old")
        running = Running(self, "t.csv", *WHOLE)
        running.wait_for_first_step()
        for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
            running.process.send_signal(number)
            time.sleep(0.02)
        returned, _ = running.finish()
        self.assertIn(returned, (130, 143))
        self.assertEqual(self.read("m.f2v"), b"old")
        self.assertEqual(self.files(), sorted([*TABLES, "m.f2v"]))


class Resume(TrainingTest):
    def test_without_a_checkpoint(self):
        self.fails(1, ["train", "t.csv", *WHOLE, "--out", "m.f2v", "--resume"], "m.f2v.checkpoint", "expected", "none")

    def test_what_cannot_be_resumed(self):
        self.interrupted(WHOLE)
        checkpoint = self.read("m.f2v.checkpoint")
        resume = ["train", "t.csv", *WHOLE, "--out", "m.f2v", "--resume", "--quiet"]
        self.fails(1, [option.replace(".01", ".02") for option in resume] + ["--seed", "9"],
                   "--lr 0.01 (now 0.02)", "--seed 1 (now 9)")
        self.fails(1, ["train", "t.csv", *(o for o in WHOLE if o not in ("--epochs", "30")), "--out", "m.f2v", "--resume"],
                   '--epochs 30 (now "auto")')
        self.fails(1, [*resume, "--stop-on", "mrr:genre"], '--stop-on "" (now "mrr:genre")')
        self.fails(1, [*resume, "--answers", "first"], '--answers "random" (now "first")')
        self.fails(1, [*resume, "--categorical", "score"], "--resume", "expected")
        self.write("t.csv", films(240, seed=2))
        self.fails(1, resume, "data")
        self.write("t.csv", TABLES["t.csv"])
        self.write("m.f2v.checkpoint", checkpoint[:-7])
        self.fails(1, resume, "m.f2v.checkpoint")
        self.write("m.f2v.checkpoint", self.read("m.f2v"))
        self.fails(1, resume, "m.f2v.checkpoint", "checkpoint")


if __name__ == "__main__":
    unittest.main()
