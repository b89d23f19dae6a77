#!/usr/bin/env python3
"""The worked example of the method, on 90,000 rows: losses and the likelihood of a held-out column must
lie where they are known to lie. Too good is wrong as well: something would leak.

The data is drawn as the original's own example draws it. Needs numpy, else it is skipped (77).
"""
import json
import urllib.parse
import unittest

from support import CommandTest, skip

try:
    import numpy
except ImportError:
    skip("numpy is not installed")

SCHEMA = {"features": [
    {"name": "item", "kind": "categorical"},
    {"name": "id", "kind": "categorical"},
    {"name": "attrs", "kind": "numeric", "columns": ["a1", "a2", "a3"], "scaling": "none",
     "dense_bias": False},
    {"name": "y", "kind": "categorical"},
    {"name": "offset", "kind": "offset"}]}
OPTIONS = ("--unit", "group", "--context", "all", "--objective", "nce", "--no-value-bias", "--missing-values",
           "vector", "--no-reader", "--noise", "5", "--dim", "10", "--batch", "2000", "--alpha1", ".5", "--alpha2", ".25", "--count-bias", "10",
           "--lr", "0.01", "--optimizer", "adam", "--epochs", "14", "--patience", "0", "--valid", "valid.csv", "--schema",
           "schema.json", "--quiet")


def latent(item, ident, a1, a2, a3):
    """What y depends on, without its noise."""
    mean = a3 ** 4 / 600 + numpy.exp(a1 * a2) - 5 + numpy.pi * (item <= 3)
    mean = mean - a3 * numpy.isin(item, (2, 4)) + a2 * numpy.isin(item, (7, 8)) + a1 * (item >= 6)
    return mean + (ident % 3) * a3


def make_data(rows=100_000, seed=1, training_share=.9):
    """Columns by name, and which rows are for training."""
    random = numpy.random.RandomState(seed)
    a = random.multivariate_normal([0., 0.], [[1., .1], [.1, 1.]], size=rows)
    item = random.randint(0, 10, size=rows)
    ident = random.randint(0, 50, size=rows)
    a3 = random.uniform(size=rows)
    y = latent(item, ident, a[:, 0], a[:, 1], a3) + random.normal(size=rows)
    y[numpy.abs(y) >= 10] = 0
    place = random.uniform(size=rows)
    columns = dict(item=item, id=ident, a1=a[:, 0], a2=a[:, 1], a3=a3, y=numpy.floor(y).astype(int))
    return columns, place <= numpy.percentile(place, 100 * training_share)


def as_csv(columns, rows):
    names = ["item", "id", "a1", "a2", "a3", "y"]
    lines = [",".join(names)]
    lines += ["%d,%d,%.17g,%.17g,%.17g,%d" % row for row in zip(*(columns[name][rows] for name in names))]
    return "\n".join(lines) + "\n"


class WorkedExample(CommandTest):
    def setUp(self):
        super().setUp()
        self.columns, self.training = make_data()
        self.write("train.csv", as_csv(self.columns, self.training))
        self.write("valid.csv", as_csv(self.columns, ~self.training))
        self.write("schema.json", json.dumps(SCHEMA))

    def validation_loss(self, prior):
        self.succeeds("train", "train.csv", "--out", "m.f2v", "--prior", prior, *OPTIONS)
        return self.inspect("m.f2v")["provenance"]["validation"]["loss"]

    def vectors(self):
        """{feature: ({value: row}, matrix)}"""
        self.succeeds("export", "m.f2v", "--format", "npy", "--out", "v.npy")
        matrix = numpy.load(self.path("v.npy")).astype(float)
        keys = self.read("v.names.txt").decode().split("\n")[:-1]
        found = {}
        for row, key in enumerate(keys):
            feature, value = (urllib.parse.unquote(part) for part in key.split("=", 1))
            found.setdefault(feature, {})[value] = matrix[row]
        return found

    def likelihood_of_y(self):
        """Mean negative log-likelihood of y given the rest, of the validation rows."""
        vectors = self.vectors()
        valid = {name: column[~self.training] for name, column in self.columns.items()}
        context = sum(numpy.array([vectors[name][str(value)] for value in valid[name]])
                      for name in ("item", "id"))
        context = context + sum(numpy.outer(valid[name], vectors["attrs"][name])
                                for name in ("a1", "a2", "a3"))
        values = list(vectors["y"])
        scores = context @ numpy.array([vectors["y"][value] for value in values]).T
        highest = scores.max(1)
        total = highest + numpy.log(numpy.exp(scores - highest[:, None]).sum(1))
        known = numpy.array([str(value) in vectors["y"] for value in valid["y"]])
        observed = [values.index(str(value)) for value in valid["y"][known]]
        return (total[known] - scores[known, observed]).mean()

    def test_losses_and_likelihood(self):
        loss = self.validation_loss("group")
        self.assertLessEqual(loss, 0.430)
        self.assertGreater(loss, 0.380)
        likelihood = self.likelihood_of_y()
        self.assertLessEqual(likelihood, 2.08)
        self.assertGreater(likelihood, 1.43)
        print(f"validation loss {loss:.4f}, negative log-likelihood of y {likelihood:.4f}")

    def test_loss_without_a_prior(self):
        loss = self.validation_loss("none")
        self.assertLessEqual(loss, 0.975)
        print(f"validation loss without a prior {loss:.4f}")


if __name__ == "__main__":
    unittest.main()
