#!/usr/bin/env python3
"""`train --stop-on METRIC:FEATURE` chooses the number of epochs by ranks in rows that were kept back."""
import json
import unittest

from support import CommandTest, films

OPTIONS = ("--dim", "8", "--lr", ".3", "--epochs", "40")


class StopOn(CommandTest):
    def trained(self, *options):
        """The epochs of the first stage as `--progress json` has them, and the provenance of the model."""
        out, _ = self.succeeds("train", "t.csv", *OPTIONS, *options, "--out", "m.f2v", "--progress", "json")
        events = [json.loads(line) for line in out.splitlines()]
        epochs = [event for event in events if event["event"] == "epoch" and "measured" in event]
        return epochs, self.inspect("m.f2v")["provenance"]

    def test_takes_the_best_epoch_and_stops_five_later(self):
        self.write("t.csv", films(600))
        for metric, better in (("mrr", max), ("mpr", min), ("hits1", max), ("hits10", max)):
            with self.subTest(metric):
                name = metric + ":genre"
                epochs, provenance = self.trained("--stop-on", name)
                self.assertEqual({event["measured"]["name"] for event in epochs}, {name})
                values = [event["measured"]["value"] for event in epochs]
                best = values.index(better(values)) + 1
                self.assertEqual(len(values), best + 5)
                self.assertEqual(provenance["epochs"], best)
                self.assertEqual(provenance["rows"], 600)
                self.assertEqual(provenance["selection"]["best_epoch"], best)
                self.assertEqual(provenance["selection"]["stop_on"], {name: better(values)})
                self.assertEqual(provenance["options"]["stop-on"], name)
                self.assertEqual(provenance["options"]["valid-share"], 0.1)

    def test_patience_and_validation_rows_can_be_given(self):
        self.write("t.csv", films(600))
        self.write("v.csv", films(100, seed=5))
        epochs, provenance = self.trained("--patience", "1", "--stop-on", "mrr:studio", "--valid", "v.csv")
        values = [event["measured"]["value"] for event in epochs]
        self.assertEqual(len(values), values.index(max(values)) + 2)
        self.assertEqual(provenance["rows"], 600)
        self.assertEqual(provenance["stop_on"], {"mrr:studio": max(values)})

    def test_the_metric_is_that_of_evaluate(self):
        self.write("t.csv", films(600))
        self.write("v.csv", films(100, seed=5))
        _, provenance = self.trained("--stop-on", "mrr:genre", "--valid", "v.csv")
        (genre,) = json.loads(self.succeeds("evaluate", "m.f2v", "v.csv", "--target", "genre", "--json")[0])
        self.assertAlmostEqual(genre["readouts"]["mixture"]["mrr"], provenance["stop_on"]["mrr:genre"], places=12)

    def test_so_it_is_where_bags_have_members_that_training_never_saw(self):
        def table(rows, first):
            lines = films(rows, seed=rows).splitlines()
            return "\n".join(["cast," + lines[0]] + [f"{first}{i % 9}|c{i % 7}|d{i % 5}," + line
                                                     for i, line in enumerate(lines[1:])]) + "\n"
        self.write("t.csv", table(600, "a"))
        self.write("v.csv", table(100, "new") + table(101, "a").split("\n", 1)[1])
        for answers in "first", "random":
            with self.subTest(answers):
                _, provenance = self.trained("--bag", "cast:|", "--stop-on", "mrr:cast", "--answers", answers,
                                             "--valid", "v.csv")
                out, _ = self.succeeds("evaluate", "m.f2v", "v.csv", "--target", "cast", "--answers", answers, "--json")
                cast = next(one for one in json.loads(out) if one["given"] != ["cast"])
                self.assertGreater(cast["unseen_targets"], 0)
                self.assertAlmostEqual(cast["readouts"]["mixture"]["mrr"], provenance["stop_on"]["mrr:cast"], places=12)

    def test_every_epoch_is_printed(self):
        self.write("t.csv", films(600))
        _, errors = self.succeeds("train", "t.csv", *OPTIONS, "--out", "m.f2v", "--stop-on", "mrr:genre")
        lines = [line for line in errors.splitlines() if line.startswith("epoch ") and "mrr:genre 0." in line]
        self.assertGreater(len(lines), 3)
        starred = [" * " in line for line in lines]
        self.assertTrue(starred[-6])
        self.assertEqual(starred[-5:], [False] * 5)

    def test_rows_that_ask_nothing(self):
        self.write("t.csv", films(100))
        self.write("v.csv", "studio,genre,score\n" + "s1,,1.5\n" * 20)
        self.fails(1, ["train", "t.csv", "--quiet", "--stop-on", "mrr:genre", "--valid", "v.csv", "--out", "m.f2v"],
                   "--stop-on mrr:genre", "received none")


if __name__ == "__main__":
    unittest.main()
