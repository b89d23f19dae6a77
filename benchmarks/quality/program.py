"""The command under test: trains on a split and ranks its questions."""
import hashlib
import os
import shlex
import subprocess
import time

import numpy as np

READOUTS = ["cosine", "score", "mixture", "reader"]


class Program:
    def __init__(self, path):
        self.path = os.path.abspath(path)
        if not os.access(self.path, os.X_OK):
            raise SystemExit(f"skipped: {path} is not the feat2vec command; name it with --command")
        with open(self.path, "rb") as file:
            self.digest = hashlib.sha256(file.read()).hexdigest()[:12]

    def run(self, *arguments):
        done = subprocess.run([self.path, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])

    def train(self, split, flags, model):
        """Writes the model; returns the seconds that it took."""
        start = time.monotonic()
        self.run("train", split.train, "--schema", os.path.join(split.folder, "schema.json"), "--out", model,
                 "--quiet", "--seed", str(split.seed), *shlex.split(flags))
        return time.monotonic() - start

    def scores(self, split, task, model, readout):
        out = os.path.join(split.folder, "scores.npy")
        self.run("complete", model, "--queries", split.questions, "--task", task, "--by", readout, "--out", out)
        scores = np.load(out)
        os.remove(out)
        return scores


def judged(program, split, flags, readouts):
    """{"seconds": training time, "readouts": {name: {task: metrics, or why there are none}}}"""
    model = os.path.join(split.folder, "model.f2v")
    found = {"seconds": program.train(split, flags, model), "readouts": {}}
    for readout in readouts:
        found["readouts"][readout] = {task: judged_task(program, split, task, model, readout)
                                      for task in split.tests}
    return found


def judged_task(program, split, task, model, readout):
    try:
        return split.judged(task, program.scores(split, task, model, readout))
    except RuntimeError as error:
        return str(error)
