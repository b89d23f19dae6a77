#!/usr/bin/env python3
"""Scores of 1,000 rows by the exported TorchScript module, loaded by Python, equal those that NumPy
computes from the tensors of the model file by the formula of the factorization machine.

Exits with 77 when something that the check needs is not installed.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

CLI = os.environ.get("FEAT2VEC_CLI", "")
try:
    import numpy
    import safetensors
    import torch
except ImportError as error:
    print(f"skipped: {error.name} is not installed")
    sys.exit(77)

ROWS = 1000


def rows():
    """Rows of a category, a bag and a number; now and then missing, now and then unseen in training."""
    draw = random.Random(11)
    for _ in range(ROWS):
        d = draw.randrange(9)
        cast = sorted({f"a{3 * d + draw.randrange(6)}" for _ in range(draw.randrange(4))})
        year = None if draw.random() < 0.1 else 1950 + 6 * d + draw.randrange(9)
        yield ("" if draw.random() < 0.1 else f"d{d}", cast, year)


def write(path, table):
    with open(path, "w", encoding="utf-8") as file:
        file.write("director,cast,year\n")
        for director, cast, year in table:
            file.write(f"{director},{'|'.join(cast)},{'' if year is None else year}\n")


def run(*arguments):
    subprocess.run([CLI, *arguments], check=True)


class Reference:
    """phi of every feature and the score, from the tensors of a model file."""

    def __init__(self, path):
        with safetensors.safe_open(path, framework="np") as file:
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}
            schema = json.loads(file.metadata()["schema"])
        self.numeric = next(f for f in schema["features"] if f["name"] == "year")

    def ids(self, feature):
        names = bytes(self.tensors["names/" + feature])
        offsets = self.tensors["names_offsets/" + feature]
        return {names[i:j].decode(): n for n, (i, j) in enumerate(zip(offsets, offsets[1:]))}

    def pooled(self, feature, values, kind="vectors/"):
        table, ids = self.tensors[kind + feature].astype(float), self.ids(feature)
        known = [table[ids[value]] for value in values if value in ids]
        return numpy.sum(known, 0) if values else table[len(ids)]  # the last row is missing

    def year(self, year):
        if year is None and "knots" in self.numeric:
            return self.tensors["missing/year"].astype(float).sum(0)
        if "knots" in self.numeric:
            (knots,) = self.numeric["knot_values"]
            return numpy.array([numpy.interp(year, knots, column) for column in self.tensors["vectors/year"].T])
        if year is None:
            vector = self.tensors["missing/year"][0].astype(float)
        else:
            scaled = (year - self.numeric["center"][0]) / self.numeric["scale"][0]
            vector = scaled * self.tensors["vectors/year"][0].astype(float)
        return vector + self.tensors["dense_bias/year"]

    def score(self, director, cast, year):
        a = self.pooled("director", [director] if director else [])
        b = self.pooled("cast", cast)
        c = self.year(year)
        biases = self.pooled("director", [director] if director else [], "bias/") + self.pooled("cast", cast, "bias/")
        return a @ b + a @ c + b @ c + float(biases) + float(self.tensors["bias/offset"][0])


def check(table, *options):
    with tempfile.TemporaryDirectory() as folder:
        data, model, script = (os.path.join(folder, n) for n in ("t.csv", "m.f2v", "m.pt"))
        write(data, table)
        run("train", data, "--out", model, "--missing-values", "vector", "--categorical", "director", "--bag", "cast:|", "--numeric",
            "year", "--dim", "12", "--epochs", "5", "--quiet", *options)
        run("export", model, "--format", "torchscript", "--out", script)
        module = torch.jit.load(script)
        reference = Reference(model)
        years = [float("nan") if year is None else float(year) for _, _, year in table]
        received = module({"director": [row[0] for row in table]}, {"cast": [row[1] for row in table]},
                          {"year": torch.tensor(years, dtype=torch.float64)}).detach().numpy()
        expected = numpy.array([reference.score(*row) for row in table])
    gap = float(numpy.abs(received - expected).max())
    print(f"{ROWS} scores, largest gap {gap:.2e}, spread {expected.std():.3f}")
    if not gap < 1e-5 or not expected.std() > 0.1:
        sys.exit("expected equal scores that differ between rows")


def main():
    table = list(rows())
    check(table, "--knots", "0")
    check(table, "--knots", "7")


if __name__ == "__main__":
    main()
