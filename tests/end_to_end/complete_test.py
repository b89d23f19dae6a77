#!/usr/bin/env python3
"""`complete` ranks the values of an empty cell: of a row on the command line, of each row of a table, of
a file of questions."""
import array
import ast
import csv
import io
import json
import math
import unittest

from support import CommandTest

ROWS = [("Ann", "c1|c2", "drama"), ("Ann", "c2|c3", "drama"), ("Bo", "c4|c5", "crime"),
        ("Bo", "c5", "crime"), ("Ann", "c1", "comedy"), ("Cy, Jr", "c6", "crime")]
COLUMNS = ("--categorical", "director", "--bag", "cast:|", "--categorical", "genre")


def table(rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["director", "cast", "genre"])
    writer.writerows(rows)
    return text.getvalue()


def read_npy(content):
    """The rows of a two-dimensional array of float64 in NumPy's format 1.0."""
    assert content[:8] == b"\x93NUMPY\x01\x00"
    start = 10 + int.from_bytes(content[8:10], "little")
    head = ast.literal_eval(content[10:start].decode())
    assert (head["descr"], head["fortran_order"], start % 64) == ("<f8", False, 0)
    numbers = array.array("d", content[start:])
    rows, columns = head["shape"]
    assert len(numbers) == rows * columns
    return [list(numbers[r * columns:(r + 1) * columns]) for r in range(rows)]


class Complete(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("t.csv", table(ROWS))
        self.train("t.csv", *COLUMNS)

    def ask(self, *arguments):
        return json.loads(self.succeeds("complete", "m.f2v", *arguments, "--json")[0])

    def test_values_come_best_first(self):
        for by in ("popularity", "cosine", "score", "mixture"):
            with self.subTest(by):
                found = self.ask("--target", "director", "cast=c1", "genre=drama", "--by", by)
                self.assertEqual({f["value"] for f in found}, {"Ann", "Bo", "Cy, Jr"})
                scores = [f["score"] for f in found]
                self.assertEqual(scores, sorted(scores, reverse=True))
                self.assertEqual({f["feature"] for f in found}, {"director"})

    def test_scores_that_are_no_probabilities_are_called_so(self):
        ask = ["complete", "m.f2v", "--target", "director", "cast=c1"]
        self.assertIn("scores of mixture, no probabilities", self.succeeds(*ask)[1])
        self.assertNotIn("no probabilities", self.succeeds(*ask, "--by", "score")[1])

    def test_probabilities_add_up(self):
        found = self.ask("--target", "director", "cast=c1", "--by", "score")
        self.assertAlmostEqual(sum(f["probability"] for f in found), 1, places=12)
        for f in found[1:]:
            self.assertAlmostEqual(math.log(found[0]["probability"] / f["probability"]),
                                   found[0]["score"] - f["score"], places=9)
        self.assertNotIn("probability", self.ask("--target", "director", "cast=c1", "--by", "cosine")[0])

    def test_counts_come_from_the_training_table(self):
        found = self.ask("--target", "director", "cast=c2", "genre=crime", "--by", "counts",
                         "--train", "t.csv")
        ann, bo, cy = ({f["value"]: f["score"] for f in found}[name] for name in ("Ann", "Bo", "Cy, Jr"))
        self.assertAlmostEqual(ann, 2 / 2 + 1e-6 * 3 / 6)
        self.assertAlmostEqual(bo, 2 / 3 + 1e-6 * 2 / 6)
        self.assertAlmostEqual(cy, 1 / 3 + 1e-6 * 1 / 6)
        self.fails(2, ["complete", "m.f2v", "--target", "director", "cast=c2", "--by", "counts"],
                   "counts", "--train")

    def test_what_is_known_is_no_answer(self):
        found = self.ask("--target", "cast", "cast=c1", "cast=c5")
        self.assertEqual({f["value"] for f in found}, {"c2", "c3", "c4", "c6"})

    def test_k(self):
        self.assertEqual(len(self.ask("--target", "cast", "genre=drama", "-k", "2")), 2)
        self.fails(2, ["complete", "m.f2v", "--target", "cast", "genre=drama", "-k", "0"], "-k")

    def test_text(self):
        out, _ = self.succeeds("complete", "m.f2v", "--target", "director", "genre=crime", "--by", "score")
        self.assertRegex(out, r"(?m)^ *\d+\.\d\d %  director=Bo  \(2 times\)$")

    def test_unknown_values_are_left_out_with_a_warning(self):
        out, errors = self.succeeds("complete", "m.f2v", "--target", "director", "genre=crime",
                                    "genre=dramma")
        self.assertIn("feat2vec: warning: ", errors)
        self.assertIn('"drama"', errors)
        plain, _ = self.succeeds("complete", "m.f2v", "--target", "director", "genre=crime")
        self.assertEqual(out, plain)

    def test_a_cell_is_known_once_and_the_target_not_at_all(self):
        ask = ["complete", "m.f2v", "--target", "director"]
        self.fails(2, [*ask, "genre=drama", "genre=crime"], 'expected one value of "genre"')
        self.fails(2, [*ask, "cast=c1", "cast=c1"], 'expected each value of "cast"', "twice")
        self.fails(2, [*ask, "director=Bo", "genre=crime"], "--target director: expected values of other features")
        self.succeeds(*ask, "cast=c1", "cast=c2")

    def test_nothing_known_is_an_error(self):
        ask = ["complete", "m.f2v", "--target", "director"]
        self.fails(1, [*ask, "genre=dramma"], '"dramma"', '"drama"')
        self.fails(1, [*ask, "genra=drama"], '"genra"', '"genre"')
        self.fails(2, ask, "feature=value")
        self.fails(2, ["complete", "m.f2v", "genre=drama"], "--target")
        self.fails(2, ["complete", "m.f2v", "--target", "directr", "genre=drama"], '"director"')
        self.fails(2, ["complete", "m.f2v", "--target", "cast", "genre=drama", "--by", "magic"], "magic")


class Questions(CommandTest):
    """`--queries`: scores of many questions, as an array."""

    QUESTIONS = {
        "who": {"column": "director", "candidates": ["Bo", "Dee", "Ann"],
                "items": [{"query": {"cast": ["c1", "c3"], "genre": ["drama"]}, "target": 2},
                          {"query": {"cast": ["c5", "c99"]}, "target": 0}]},
        "what": {"column": "genre", "candidates": ["drama"], "items": []}}

    def setUp(self):
        super().setUp()
        self.write("t.csv", table(ROWS))
        self.train("t.csv", *COLUMNS)

    def refused(self, code, questions, *fragments, task="who"):
        self.write("q.json", questions if isinstance(questions, str) else json.dumps(questions))
        self.fails(code, ["complete", "m.f2v", "--queries", "q.json", "--task", task, "--out", "s.npy"],
                   *fragments)

    def test_scores_are_those_of_single_questions(self):
        self.write("q.json", json.dumps(self.QUESTIONS))
        for by in ("cosine", "score", "mixture"):
            _, errors = self.succeeds("complete", "m.f2v", "--queries", "q.json", "--task", "who", "--by", by,
                                      "--out", "s.npy")
            self.assertIn("Dee", errors)
            self.assertIn("c99", errors)
            scores = read_npy(self.read("s.npy"))
            for row, known in zip(scores, (["cast=c1", "cast=c3", "genre=drama"], ["cast=c5"])):
                single = json.loads(self.succeeds("complete", "m.f2v", "--target", "director", *known,
                                                  "--by", by, "--json")[0])
                expected = {f["value"]: f["score"] for f in single}
                self.assertAlmostEqual(row[0], expected["Bo"], places=6)
                self.assertEqual(row[1], -math.inf)
                self.assertAlmostEqual(row[2], expected["Ann"], places=6)

    def test_a_task_without_questions(self):
        self.write("q.json", json.dumps(self.QUESTIONS))
        self.succeeds("complete", "m.f2v", "--queries", "q.json", "--task", "what", "--out", "s.npy")
        self.assertEqual(read_npy(self.read("s.npy")), [])

    def test_more_questions_than_a_block(self):
        items = [{"query": {"genre": [genre]}} for genre in ("drama", "crime", "comedy") * 50]
        self.write("q.json", json.dumps({"who": {**self.QUESTIONS["who"], "items": items}}))
        self.succeeds("complete", "m.f2v", "--queries", "q.json", "--by", "score", "--out", "s.npy")
        scores = read_npy(self.read("s.npy"))
        self.assertEqual(len(scores), 150)
        for n in range(3):
            self.assertEqual(scores[n::3], [scores[n]] * 50)

    def test_files_that_hold_no_questions(self):
        who = self.QUESTIONS["who"]
        for questions, fragment in (("{", "JSON"), ([], "an object"), ({"who": 3}, "an object"),
                                    ({"who": {}}, '"column"'),
                                    ({"who": {**who, "column": ["director"]}}, "q.json: who.column: expected a text"),
                                    ({"who": {**who, "candidates": "Ann"}}, "who.candidates: expected a list"),
                                    ({"who": {**who, "items": [{}]}}, 'who.items[0]: expected an object with "query"'),
                                    ({"who": {**who, "items": [{"query": {"cast": "c1"}}]}}, "query.cast: expected a list"),
                                    ({"who": {**who, "items": [{"query": {"cast": [1]}}]}}, "cast[0]: expected a text"),
                                    ({"who": {**who, "column": "directr"}}, '"director"')):
            with self.subTest(fragment):
                self.refused(1, questions, fragment)

    def test_wrong_usage(self):
        self.refused(2, self.QUESTIONS, "--task", '"who"', task="whom")
        self.fails(2, ["complete", "m.f2v", "--queries", "q.json"], "--out")
        self.fails(2, ["complete", "m.f2v", "--queries", "q.json", "--out", "s", "--target", "cast"], "--target")
        self.fails(1, ["complete", "m.f2v", "--queries", "absent.json", "--out", "s"], "absent.json")
        self.fails(1, ["complete", "m.f2v", "--queries", "q.json", "--out", "q.json"], "q.json", "input")
        self.fails(1, ["complete", "m.f2v", "--queries", "q.json", "--out", "absent/s"], "absent")


class Table(CommandTest):
    def test_each_row_is_completed_without_its_own_cell(self):
        self.write("t.csv", table(ROWS))
        self.train("t.csv", *COLUMNS)
        self.write("n.csv", table([("", "c1", "drama"), ("Bo", "c1", "drama"), ("Ann", "", "")]))
        out, _ = self.succeeds("complete", "m.f2v", "n.csv", "--target", "director", "-k", "3", "--by", "score")
        lines = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual([(line["row"], line["place"]) for line in lines],
                         [("1", "1"), ("1", "2"), ("1", "3"), ("2", "1"), ("2", "2"), ("2", "3")])
        self.assertIn("Cy, Jr", {line["value"] for line in lines})
        for first, second in zip(lines[:3], lines[3:]):
            self.assertEqual(first["score"], second["score"])
        self.succeeds("complete", "m.f2v", "n.csv", "--target", "director", "-k", "3", "--by", "score",
                      "--out", "best.csv")
        self.assertEqual(self.read("best.csv").decode(), out)
        names, *rows = self.read("n.csv").decode().splitlines(keepends=True)
        self.write("rows.csv", "".join(rows))
        self.assertEqual(self.succeeds("complete", "m.f2v", "rows.csv", "--target", "director", "-k", "3", "--by", "score",
                                       "--header", names.strip())[0], out)
        self.fails(1, ["complete", "m.f2v", "absent.csv", "--target", "director"], "absent.csv")
        self.fails(1, ["complete", "m.f2v", "n.csv", "--target", "director", "--out", "n.csv"], "input")


if __name__ == "__main__":
    unittest.main()
