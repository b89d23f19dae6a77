#!/usr/bin/env python3
"""A column of text through every command: its words have vectors, a text is one thing that a row holds."""
import json
import random
import unittest

from support import CommandTest

TOPICS = [["detective", "killer", "murder", "police"], ["love", "wedding", "été", "heart"],
          ["robot", "planet", "space", "alien"]]


def films(rows, seed=1):
    """Of each film the genre tells the words of its plot; studios are noise."""
    draw = random.Random(seed)
    lines = ["genre,studio,plot"]
    for _ in range(rows):
        topic = draw.randrange(3)
        words = draw.sample(TOPICS[topic], 2) + [f"filler{draw.randrange(40)}"]
        lines.append(f'g{topic},s{draw.randrange(9)},"The story, of {words[0].upper()} and {words[1]}: {words[2]} '
                     f'once{draw.randrange(10**6)}. A tale that many have told before"')
    return "\n".join(lines) + "\n"


OPTIONS = ("--categorical", "genre", "--categorical", "studio", "--text", "plot")


class Text(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("t.csv", films(400))

    def learn(self):
        self.succeeds("train", "t.csv", "--out", "m.f2v", "--dim", "8", "--epochs", "12", "--quiet", *OPTIONS)

    def test_is_dropped_until_it_is_named(self):
        column = self.inspect("t.csv")["columns"]["plot"]
        self.assertEqual(column["decision"], "dropped")
        self.assertIn("--text", column["why"])
        self.train("t.csv", "--columns", "genre,studio,plot")
        self.assertEqual([f["kind"] for f in self.inspect("m.f2v")["features"]],
                         ["categorical", "categorical", "text", "offset"])

    def test_keeps_words_that_are_neither_rare_nor_everywhere(self):
        self.train("t.csv", *OPTIONS)
        words = dict(self.vocabulary("m.f2v", "plot"))
        self.assertGreater(words["detective"], 50)
        self.assertIn("été", words)
        self.assertNotIn("the", words)
        self.assertFalse([word for word in words if word.startswith("once")])

    def test_answers_questions(self):
        self.learn()
        self.write("h.csv", films(200, seed=2))
        (genre,) = json.loads(self.succeeds("evaluate", "m.f2v", "h.csv", "--target", "genre", "--given", "plot",
                                            "--json")[0])
        self.assertEqual(genre["n"], 200)
        self.assertGreater(genre["readouts"]["mixture"]["hits1"], 0.9)
        plot = "plot=A DETECTIVE hunts a killer (again)"
        found = json.loads(self.succeeds("complete", "m.f2v", "--target", "genre", plot, "--json")[0])
        self.assertEqual(found[0]["value"], "g0")
        found = json.loads(self.succeeds("nearest", "m.f2v", plot, "--in", "genre", "-k", "1", "--json")[0])
        self.assertEqual(found[0]["value"], "g0")
        self.fails(1, ("nearest", "m.f2v", "plot=xyz"), "a word of \"plot\"")

    def test_exports_words(self):
        self.learn()
        self.succeeds("export", "m.f2v", "--format", "word2vec", "--out", "w.txt")
        keys = [line.split(" ")[0] for line in self.read("w.txt").decode().splitlines()[1:]]
        self.assertIn("plot=été", keys)
        self.assertEqual(len(keys), len(set(keys)))

    def test_gives_the_same_bytes_for_any_threads(self):
        first = self.train("t.csv", *OPTIONS)
        self.assertEqual(self.train("t.csv", *OPTIONS, "--threads", "3"), first)

    def test_is_a_target_when_the_schema_says_so(self):
        context_alone = self.train("t.csv", *OPTIONS)
        schema = self.inspect("m.f2v")["schema"]
        text = next(feature for feature in schema["features"] if feature["kind"] == "text")
        self.assertNotIn("target", text)
        text["target"] = True
        self.write("s.json", json.dumps(schema))
        self.assertNotEqual(self.train("t.csv", "--schema", "s.json"), context_alone)

    def test_is_learned_by_the_published_method(self):
        self.train("t.csv", *OPTIONS, "--preset", "paper")
        self.succeeds("nearest", "m.f2v", "plot=robot planet", "--in", "genre")

    def test_numbers_with_knots_have_vectors_between_them(self):
        draw = random.Random(1)
        rows = [(n, f"g{n // 25}") for n in (draw.randrange(100) for _ in range(300))]
        self.write("n.csv", "n,genre\n" + "".join(f"{n},{genre}\n" for n, genre in rows))
        self.succeeds("train", "n.csv", "--out", "n.f2v", "--numeric", "n", "--categorical", "genre", "--knots", "9",
                      "--dim", "8", "--epochs", "40", "--quiet")
        for number, genre in ((5, "g0"), (37, "g1"), (62, "g2"), (90, "g3")):
            found = json.loads(self.succeeds("complete", "n.f2v", "--target", "genre", f"n={number}", "--json")[0])
            self.assertEqual(found[0]["value"], genre, number)
        self.fails(2, ("train", "n.csv", "--knots", "1"), "--knots")


if __name__ == "__main__":
    unittest.main()
