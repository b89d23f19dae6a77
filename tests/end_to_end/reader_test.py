#!/usr/bin/env python3
"""`train` keeps rows apart, fits a reader on them, says how well it answers, and stores it with the model."""
import json
import random
import unittest

from support import CommandTest


def table(rows):
    """Of each film's genre follow its actors; studios are noise."""
    draw = random.Random(1)
    lines = ["genre,cast,studio"]
    for _ in range(rows):
        genre = draw.randrange(5)
        cast = sorted({f"a{8 * genre + draw.randrange(8)}" for _ in range(3)})
        lines.append(f"g{genre},{'|'.join(cast)},s{draw.randrange(20)}")
    return "\n".join(lines) + "\n"


OPTIONS = ("--categorical", "genre", "--bag", "cast:|", "--categorical", "studio")
SIZE = ("--dim", "8", "--epochs", "3")


class Reader(CommandTest):
    def test_is_fitted_reported_stored_and_asked(self):
        self.write("t.csv", table(3200))
        done = self.succeeds("train", "t.csv", "--out", "m.f2v", *OPTIONS, *SIZE, "--progress", "none")
        self.assertIn("genre from cast and studio:", done[1])
        self.assertIn("x nearer the top than popularity", done[1])
        self.assertIn("training on all 3200 rows", done[1])
        found = json.loads(self.succeeds("complete", "m.f2v", "--target", "genre", "cast=a17", "--json")[0])
        self.assertEqual(found[0]["value"], "g2")
        self.assertGreater(found[0]["probability"], 0.9)
        self.write("held_out.csv", table(200))
        (genre,) = json.loads(self.succeeds("evaluate", "m.f2v", "held_out.csv", "--target", "genre", "--json")[0])
        self.assertGreater(genre["readouts"]["reader"]["hits1"], 0.95)
        self.assertIn("counts", genre["readouts"])

    def test_gives_the_same_bytes_again_and_none_without_counts(self):
        self.write("t.csv", table(3200))
        first = self.train("t.csv", *OPTIONS)
        self.assertEqual(self.train("t.csv", *OPTIONS, "--threads", "2"), first)
        without = self.train("t.csv", *OPTIONS, "--memory", "0")
        self.assertLess(len(without), len(first))
        self.fails(2, ("complete", "m.f2v", "--target", "genre", "cast=a17", "--by", "counts"), "counts")

    def test_learns_which_member_comes_first_when_asked_to(self):
        lines = ["genre,cast"] + [f"g{i % 40},z{i % 40}|a{i % 40}" for i in range(3200)]
        self.write("t.csv", "\n".join(lines) + "\n")
        options = ("--categorical", "genre", "--bag", "cast:|", *SIZE, "--progress", "none")
        first = {}
        for answers in ("random", "first"):
            _, errors = self.succeeds("train", "t.csv", "--out", answers, *options, "--answers", answers)
            self.assertEqual("of a bag its first member" in errors, answers == "first")
            self.assertEqual(self.inspect(answers)["provenance"]["options"]["answers"], answers)
            out, errors = self.succeeds("evaluate", answers, "t.csv", "--target", "cast", "--json",
                                        "--answers", "first", "--readout", "reader")
            self.assertEqual("fitted with --answers random" in errors, answers == "random")
            first[answers] = json.loads(out)[0]["readouts"]["reader"]["hits1"]
        self.assertEqual(first["first"], 1)
        self.assertLess(first["random"], 0.9)

    def test_takes_enough_rows(self):
        self.write("t.csv", table(500))
        done = self.succeeds("train", "t.csv", "--out", "m.f2v", *OPTIONS, *SIZE, "--progress", "none")
        self.assertIn("too few rows to fit a reader on", done[1])
        self.fails(2, ("complete", "m.f2v", "--target", "genre", "cast=a17", "--by", "reader"), "reader")


if __name__ == "__main__":
    unittest.main()
