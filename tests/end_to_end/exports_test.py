#!/usr/bin/env python3
"""Trains a small model with the command, exports it to every format, and checks that Python's own
readers find the same vectors in all of them.

Takes the command from the environment variable FEAT2VEC_CLI. Exits with 77 when something that the
check needs is not installed.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

CLI = os.environ.get("FEAT2VEC_CLI", "")
DIM = 8


def skip(reason):
    print("skipped: " + reason)
    sys.exit(77)


if not os.access(CLI, os.X_OK):
    skip("FEAT2VEC_CLI does not name the feat2vec command")
try:
    import gensim
    import numpy
    import safetensors
    import torch
except ImportError as error:
    skip(f"{error.name} is not installed")


def run(*arguments):
    done = subprocess.run([CLI, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"feat2vec {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def write_table(path):
    """400 films: directors keep to a genre, casts to a director; years and some empty cells."""
    generator = random.Random(3)
    directors = ["Jane Campion", "Agnès Varda", "100% Anon", "x=y", "宮崎 駿", "Ann Hui"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("director,cast,year,length\n")
        for _ in range(400):
            d = generator.randrange(len(directors))
            cast = {f"actor {4 * d + generator.randrange(6)}" for _ in range(generator.randrange(4))}
            director = "" if generator.random() < 0.05 else directors[d]
            year = "" if generator.random() < 0.05 else 1960 + 8 * d + generator.randrange(8)
            file.write(f"{director},{'|'.join(sorted(cast))},{year},{generator.randrange(70, 190)}\n")


def unpack(tensors, feature):
    """The names of a feature in a safetensors file of ours."""
    data = bytes(tensors["names/" + feature].numpy())
    offsets = tensors["names_offsets/" + feature].tolist()
    return [data[begin:end].decode() for begin, end in zip(offsets, offsets[1:])]


def split_key(key):
    feature, value = key.split("=", 1)
    return urllib.parse.unquote(feature), urllib.parse.unquote(value)


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.table = cls.path("films.csv")
        cls.model = cls.path("films.f2v")
        write_table(cls.table)
        run("train", cls.table, "--out", cls.model, "--missing-values", "vector", "--categorical", "director", "--bag", "cast:|",
            "--numeric", "year", "--numeric", "length", "--dim", str(DIM), "--epochs", "2",
            "--seed", "5", "--quiet")
        for name, arguments in {
            "word2vec": ["v.txt", "--bias", cls.path("bias.tsv")],
            "npy": ["v.npy"],
            "safetensors": ["v.safetensors"],
            "torchscript": ["v.pt"],
        }.items():
            run("export", cls.model, "--format", name, "--out", cls.path(arguments[0]), *arguments[1:])
        cls.matrix = numpy.load(cls.path("v.npy"))
        with open(cls.path("v.names.txt"), encoding="utf-8") as file:
            cls.keys = file.read().split("\n")[:-1]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name)

    def rows_of(self, feature):
        return [i for i, key in enumerate(self.keys) if split_key(key)[0] == feature]

    def test_npy_and_names_agree(self):
        self.assertEqual(self.matrix.shape, (len(self.keys), DIM))
        self.assertEqual(self.matrix.dtype, numpy.float32)
        self.assertIn("director=Jane%20Campion", self.keys)
        self.assertIn("director=100%25%20Anon", self.keys)
        self.assertIn("director=x=y", self.keys)
        self.assertIn("director=", self.keys)
        self.assertEqual(len(self.rows_of("year")), 16)  # knots

    def test_word2vec_loads_in_gensim(self):
        vectors = gensim.models.KeyedVectors.load_word2vec_format(self.path("v.txt"), binary=False)
        self.assertEqual(vectors.index_to_key, self.keys)
        self.assertTrue((vectors.vectors == self.matrix).all())

    def test_biases_have_the_same_keys(self):
        with open(self.path("bias.tsv"), encoding="utf-8") as file:
            lines = [line.split("\t") for line in file.read().split("\n")[:-1]]
        self.assertEqual([key for key, _ in lines], self.keys)
        self.assertTrue(all(numpy.isfinite(float(number)) for _, number in lines))

    def test_model_file_opens_with_safetensors(self):
        with safetensors.safe_open(self.model, framework="pt") as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        self.assertEqual((metadata["format"], metadata["kind"]), ("feat2vec", "model"))
        schema = json.loads(metadata["schema"])
        names = [feature["name"] for feature in schema["features"] if feature["kind"] != "offset"]
        self.assertLessEqual({"director", "cast", "year", "length"}, set(names))
        for feature in names:
            rows = self.rows_of(feature)
            self.assertTrue((tensors["vectors/" + feature].numpy() == self.matrix[rows]).all())
        for feature in ["director", "cast"]:
            values = [split_key(self.keys[row])[1] for row in self.rows_of(feature)]
            self.assertEqual(unpack(tensors, feature), [value for value in values if value])
            self.assertEqual(len(tensors["counts/" + feature]), len(values))

    def test_safetensors_export(self):
        import safetensors.torch
        tensors = safetensors.torch.load_file(self.path("v.safetensors"))
        for feature in ["director", "cast", "year", "length"]:
            rows = self.rows_of(feature)
            self.assertTrue((tensors[feature].numpy() == self.matrix[rows]).all())
            self.assertEqual(unpack(tensors, feature), [split_key(self.keys[i])[1] for i in rows])

    def test_torchscript_embeds_the_same_vectors(self):
        module = torch.jit.load(self.path("v.pt"))
        for feature in module.features:
            rows = self.rows_of(feature)
            values = [split_key(self.keys[row])[1] for row in rows]
            self.assertEqual(module.names(feature), values)
            if feature in ["director", "cast"]:
                self.assertTrue((module.embed(feature, values).detach().numpy() == self.matrix[rows]).all())
        self.assertEqual(tuple(module.embed("year", ["1993", "2001.5", ""]).shape), (3, DIM))
        spaced, plain = module.embed("year", [" 1993.5 ", "1993.5"])
        self.assertTrue((spaced == plain).all())

    def test_torchscript_and_command_find_the_same_neighbours(self):
        module = torch.jit.load(self.path("v.pt"))
        for key, target in [("director=Jane Campion", "cast"), ("director=x=y", "director"),
                            ("year=1993", "director"), ("cast=actor 3", "cast")]:
            expected = json.loads(run("nearest", self.model, key, "--in", target, "-k", "5", "--json"))
            names, cosines = module.nearest(*key.split("=", 1), target, 5)
            self.assertEqual(names, [neighbour["value"] for neighbour in expected])
            self.assertEqual({neighbour["feature"] for neighbour in expected}, {target})
            for cosine, neighbour in zip(cosines, expected):
                self.assertAlmostEqual(cosine, neighbour["similarity"], places=5)

    def test_torchscript_scores_rows(self):
        module = torch.jit.load(self.path("v.pt"))
        scores = module({"director": ["Jane Campion", "", "never seen"]},
                        {"cast": [["actor 1", "actor 2"], [], ["never seen"]]},
                        {"year": torch.tensor([1993.0, float("nan"), 2001.0]),
                         "length": torch.tensor([117.0, 90.0, 100.0])})
        self.assertEqual(tuple(scores.shape), (3,))
        self.assertTrue(bool(torch.isfinite(scores).all()))
        with self.assertRaises(Exception):
            module({}, {}, {})
        self.assertFalse(module.training)
        self.assertIn("feature_0.weight", module.state_dict())


if __name__ == "__main__":
    unittest.main()
