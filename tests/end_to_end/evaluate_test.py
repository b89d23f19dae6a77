#!/usr/bin/env python3
"""`evaluate` hides cells of rows that were not trained on; counted here again from the tables."""
import gzip
import json
import statistics
import unittest
from collections import Counter

from support import CommandTest

READOUTS = ["popularity", "counts", "pmi", "cosine", "score", "score-sqrt", "mixture"]


def parsed(text):
    return [line.split(",") for line in text.splitlines()[1:]]


def shared_rank(scores, answer, excluded=()):
    """(better, equal) of the answer among the candidates that are not excluded."""
    others = [score for value, score in scores.items() if value != answer and value not in excluded]
    return sum(s > scores[answer] for s in others), sum(s == scores[answer] for s in others)


def metrics(ranks, candidates):
    return {"mpr": statistics.fmean((b + e / 2) / candidates for b, e in ranks),
            "median_rank": statistics.median(b + e / 2 for b, e in ranks),
            "mrr": statistics.fmean(statistics.fmean(1 / (b + i + 1) for i in range(e + 1)) for b, e in ranks),
            "hits1": statistics.fmean(statistics.fmean(b + i < 1 for i in range(e + 1)) for b, e in ranks),
            "hits10": statistics.fmean(statistics.fmean(b + i < 10 for i in range(e + 1)) for b, e in ranks)}


class Evaluate(CommandTest):
    TRAIN = "studio,genre\n" + "s1,g1\ns1,g1\ns1,g2\ns2,g2\ns2,g3\ns2,g2\ns3,g3\ns3,g1\n,g4\n"
    HELD_OUT = "studio,genre\ns1,g1\ns1,g3\ns2,g2\ns3,g4\ns3,g9\n,g1\ns7,g1\n"

    def setUp(self):
        super().setUp()
        self.write("t.csv", self.TRAIN)
        self.write("h.csv", self.HELD_OUT)
        self.train("t.csv", "--categorical", "studio", "--categorical", "genre")

    def evaluate(self, *arguments, data="h.csv"):
        return json.loads(self.succeeds("evaluate", "m.f2v", data, "--json", *arguments)[0])

    def assert_metrics(self, found, expected):
        self.assertEqual(found.keys(), expected.keys())
        for name, number in expected.items():
            self.assertAlmostEqual(found[name], number, places=12, msg=name)

    def test_by_hand(self):
        """Four questions: s1 g1, s1 g3, s2 g2, s3 g4. g9 is unseen; without a studio nothing is known."""
        [found] = self.evaluate("--target", "genre", "--train", "t.csv")
        self.assertEqual({key: found[key] for key in ("target", "given", "n", "candidates", "unseen_targets")},
                         {"target": "genre", "given": ["studio"], "n": 4, "candidates": 4, "unseen_targets": 1})
        self.assertEqual(set(found["readouts"]), set(READOUTS))
        rows = parsed(self.TRAIN)
        popularity = Counter(genre for _, genre in rows)
        questions = [row for row in parsed(self.HELD_OUT) if row[0] in ("s1", "s2", "s3") and row[1] != "g9"]
        expected = {"popularity": [], "counts": []}
        for studio, genre in questions:
            held = Counter(g for s, g in rows if s == studio)
            counts = {g: held[g] / sum(held.values()) + 1e-6 * n / len(rows) for g, n in popularity.items()}
            expected["popularity"].append(shared_rank(popularity, genre))
            expected["counts"].append(shared_rank(counts, genre))
        for name, ranks in expected.items():
            self.assert_metrics(found["readouts"][name], metrics(ranks, 4))

    def warnings(self, data):
        return [line for line in self.succeeds("evaluate", "m.f2v", data, "--json")[1].splitlines()
                if "were seen in training" in line]

    def test_warns_of_rows_that_were_trained_on(self):
        lines = [f"s{i % 7},g{i % 5},{i / 8}" for i in range(200)]
        names = "studio,genre,score"
        self.write("t.csv", "\n".join([names, *lines]) + "\n")
        self.train("t.csv", "--valid-share", ".1")  # on all rows in the end
        self.assertEqual(self.warnings("t.csv"),
                         ["feat2vec: warning: 200 of 200 rows were seen in training: their ranks flatter"])
        others = [f"s{i % 7},g{i % 5},{(i - 200) / 8 + .05}" for i in range(200, 260)]
        self.write("part.csv.gz", gzip.compress("\n".join([names, *others, *lines[40:20:-1]]).encode()))
        self.assertEqual(self.warnings("part.csv.gz"),
                         ["feat2vec: warning: 20 of 80 rows were seen in training: their ranks flatter"])
        self.write("new.csv", "\n".join([names, *others, lines[0]]) + "\n")
        self.assertEqual(self.warnings("new.csv"), [])

    def test_rows_that_repeat_by_chance_are_no_reason_to_warn(self):
        self.assertEqual(self.warnings("h.csv"), [])  # two of seven; half of training repeats
        self.write("closed.csv", "studio,genre\n" + "".join(f"s{i % 3},g{i % 2}\n" for i in range(300)))
        self.train("closed.csv")
        self.assertEqual(self.warnings("closed.csv"), [])

    def test_filtered_answers_of_training_do_not_stand_in_the_way(self):
        [plain] = self.evaluate("--target", "genre", "--train", "t.csv", "--readout", "popularity")
        [filtered] = self.evaluate("--target", "genre", "--train", "t.csv", "--filter",
                                   "--readout", "popularity")
        popularity = {"g1": 3, "g2": 3, "g3": 2, "g4": 1}
        answers = {"s1": {"g1", "g2"}, "s2": {"g2", "g3"}, "s3": {"g1", "g3"}}
        questions = [("s1", "g1"), ("s1", "g3"), ("s2", "g2"), ("s3", "g4")]
        self.assert_metrics(plain["readouts"]["popularity"],
                            metrics([shared_rank(popularity, g) for _, g in questions], 4))
        self.assert_metrics(filtered["readouts"]["popularity"],
                            metrics([shared_rank(popularity, g, answers[s] - {g}) for s, g in questions], 4))

    def test_every_feature_is_a_target_by_default(self):
        found = self.evaluate()
        self.assertEqual([(f["target"], f["given"]) for f in found],
                         [("studio", ["genre"]), ("genre", ["studio"])])
        self.assertNotIn("counts", found[0]["readouts"])

    def test_text_names_what_is_lacking_and_sums_up(self):
        out, errors = self.succeeds("evaluate", "m.f2v", "h.csv", "--target", "genre")
        self.assertIn("without counts: needs", errors)
        self.assertIn("--train", errors)
        self.assertIn("genre given studio: 4 rows, 4 candidates; 1 row left out", out)
        self.assertRegex(out, r"(?m)^  mixture +\d+\.\d\d +\d\.\d +\d\.\d{4} +\d+\.\d\d +100\.00$")
        self.assertIn("genre from studio: ", out)

    def test_a_terminal_sees_how_far_it_is(self):
        shown = self.on_a_terminal("evaluate", "m.f2v", "h.csv", "--target", "genre", "--readout", "counts",
                                   "--train", "t.csv")
        self.assertRegex(shown, r"\r\x1b\[Kgenre by counts: \d of 4 rows(.|\s)*\r\x1b\[K$")
        self.assertNotIn(" of 4 rows", self.succeeds("evaluate", "m.f2v", "h.csv", "--target", "genre")[1])

    def test_wrong_usage(self):
        ask = ["evaluate", "m.f2v", "h.csv"]
        self.fails(2, [*ask, "--target", "genr"], "--target", '"genre"')
        self.fails(2, [*ask, "--given", "studio,genr"], "--given", '"genre"')
        self.fails(2, [*ask, "--readout", "magic"], "magic")
        self.fails(2, [*ask, "--filter"], "--filter", "--train")
        self.fails(2, ["evaluate", "m.f2v"], "data")

    def test_tables_without_a_header_line(self):
        expected = self.succeeds("evaluate", "m.f2v", "h.csv", "--json")[0]
        names, *rows = self.read("h.csv").decode().splitlines(keepends=True)
        self.write("rows.csv", "".join(rows))
        self.assertEqual(self.succeeds("evaluate", "m.f2v", "rows.csv", "--json", "--header", names.strip())[0], expected)
        self.write("bad.csv", "".join([names, "1,2,3,4,5,6\n", *rows]))
        out, errors = self.succeeds("evaluate", "m.f2v", "bad.csv", "--json", "--bad-rows", "skip")
        self.assertEqual(out, expected)
        self.assertIn("warning: 1 row left out, the first: bad.csv:2", errors)

    def test_bad_tables(self):
        self.fails(1, ["evaluate", "m.f2v", "absent.csv"], "absent.csv")
        self.write("other.csv", "studio,year\ns1,1990\ns2,1991\n")
        self.fails(1, ["evaluate", "m.f2v", "other.csv"], "other.csv: expected a column called 'genre', received a table without it")
        self.fails(1, ["evaluate", "t.csv", "h.csv"], "t.csv")


class Numbers(CommandTest):
    def test_beyond_those_of_training_are_told(self):
        self.write("t.csv", "kind,size\n" + "".join(f"k{i % 3},{i / 7:.3f}\n" for i in range(60)))
        self.train("t.csv")
        self.write("h.csv", "kind,size\nk1,5\nk2,100\nk0,-3\n")
        self.assertIn("warning: h.csv: 2 numbers of size, such as 100, lie outside of 0 to 8.429, which training saw",
                      self.succeeds("evaluate", "m.f2v", "h.csv")[1])
        ask = ("complete", "m.f2v", "--target", "kind")
        self.assertIn("size=-1 lies outside of 0 to 8.429, which training saw, and is read as 0",
                      self.succeeds(*ask, "size=-1")[1])
        self.assertNotIn("warning", self.succeeds(*ask, "size=8.429")[1])


class Bags(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("t.csv", "cast\n" + "a|b|c\nb|c\na|d\nc|d|e\n" * 3)
        self.train("t.csv", "--bag", "cast:|")

    def evaluate(self, *arguments):
        return json.loads(self.succeeds("evaluate", "m.f2v", "h.csv", "--json", *arguments)[0])

    def test_of_a_basket_the_other_members_are_known(self):
        self.write("h.csv", "cast\na|b\nb\nc|e|zz\n")
        [found] = self.evaluate()
        self.assertEqual((found["target"], found["given"], found["candidates"]), ("cast", ["cast"], 5))
        self.assertEqual(found["n"] + found["unseen_targets"], 2)  # of one member nothing else is known

    def test_members_are_drawn_by_the_seed(self):
        self.write("h.csv", "cast\n" + "a|b|c|d|e\n" * 40)
        first, again, other = (self.evaluate("--seed", seed, "--readout", "popularity") for seed in "112")
        self.assertEqual(first, again)
        [found] = first
        self.assertEqual(found["readouts"]["popularity"]["mpr"], 0)  # the others are right too
        self.assertEqual(found["n"], 40)
        self.assertEqual(other[0]["n"], 40)


if __name__ == "__main__":
    unittest.main()
