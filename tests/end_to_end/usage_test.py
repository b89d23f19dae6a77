#!/usr/bin/env python3
"""Wrong usage is exit code 2 and one line that helps; help and version are complete."""
import json
import re
import unittest

from support import CommandTest, films

TRAIN_FLAGS = """schema columns categorical bag numeric text knots valid valid-share dim epochs batch noise alpha1
alpha2 count-bias seed threads device engine progress quiet out header missing bad-rows prior lr optimizer
patience refit objective oversampler checkpoint-every resume preset answers stop-on""".split()
FLAGS = {"train": TRAIN_FLAGS, "inspect": ["json", "values", "header", "bad-rows"],
         "nearest": ["in", "json"],
         "complete": ["target", "by", "train", "queries", "task", "out", "json", "header", "bad-rows"],
         "evaluate": ["target", "given", "readout", "train", "filter", "answers", "seed", "json", "header", "bad-rows"], "export": ["format", "out", "bias"]}


class Presets(CommandTest):
    def options(self, *flags):
        self.write("t.csv", films(60))
        self.succeeds("train", "t.csv", "--out", "m.f2v", "--quiet", "--epochs", "2", *flags)
        return json.loads(self.succeeds("inspect", "m.f2v", "--json")[0])["provenance"]["options"]

    def test_paper_is_the_published_method(self):
        options = self.options("--preset", "paper")
        expected = {"dim": 50, "prior": "none", "alpha1": 0.25, "alpha2": 0.75, "count-bias": 0, "unit": "group", "noise": 5,
                    "context": {"all": 1, "keep": 0, "one": 0, "subset": 0}, "objective": "nce", "value-bias": False,
                    "reader": False, "optimizer": "row-adagrad", "first-batch": 1, "valid-share": 0}
        self.assertEqual({name: options[name] for name in expected}, expected)

    def test_seed_is_the_worked_example(self):
        options = self.options("--preset", "seed")
        expected = {"dim": 10, "prior": "none", "alpha1": 0.5, "alpha2": 0.25, "count-bias": 10, "optimizer": "adam",
                    "lr": 0.001, "batch": 2000, "first-batch": 2000, "valid-share": 0.1, "patience": 1}
        self.assertEqual({name: options[name] for name in expected}, expected)

    def test_other_flags_override_wherever_they_stand(self):
        options = self.options("--dim", "3", "--preset", "seed")
        self.assertEqual((options["dim"], options["alpha1"], options["count-bias"]), (3, 0.5, 10))

    def test_epochs_are_chosen_by_the_size_of_the_table(self):
        self.write("t.csv", films(60))
        _, errors = self.succeeds("train", "t.csv", "--out", "m.f2v", "--progress", "none")
        self.assertIn("20 epochs: 120 values to learn from\n", errors)
        provenance = self.inspect("m.f2v")["provenance"]
        self.assertEqual((provenance["options"]["epochs"], provenance["epochs"]), ("auto", 20))

    def test_an_unknown_preset(self):
        self.write("t.csv", films(30))
        self.fails(2, ["train", "t.csv", "--preset", "papr"], "--preset", "paper")


class Contexts(CommandTest):
    def contexts(self, table, *flags):
        self.write("t.csv", table)
        self.succeeds("train", "t.csv", "--out", "m.f2v", "--quiet", "--epochs", "1", *flags)
        shares = json.loads(self.succeeds("inspect", "m.f2v", "--json")[0])["provenance"]["options"]["context"]
        return {kind: share for kind, share in shares.items() if share}

    def test_are_whole_rows_too_where_every_column_has_few_values(self):
        self.assertEqual(self.contexts(films(60)), {"all": 0.5, "subset": 0.5})
        self.assertEqual(self.contexts(films(60), "--context", "one"), {"one": 1})

    def test_are_single_values_too_where_some_column_has_many_or_several_a_row(self):
        many = "studio,town\n" + "".join(f"s{n % 3},t{n % 129}\n" for n in range(400))
        self.assertEqual(self.contexts(many, "--categorical", "town"), {"one": 0.5, "subset": 0.5})
        bags = "studio,cast\n" + "".join(f"s{n % 3},a{n % 5}|a{n % 7}\n" for n in range(60))
        self.assertEqual(self.contexts(bags, "--bag", "cast:|"), {"one": 0.5, "subset": 0.5})


class WrongUsage(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("t.csv", films(30))

    def refused(self, arguments, *fragments):
        return self.fails(2, arguments, *fragments)

    def test_an_unknown_flag_names_the_nearest(self):
        self.refused(["train", "t.csv", "--epoch", "3"], '"--epoch"', "--epochs")
        self.refused(["train", "t.csv", "--sed=3"], '"--sed"', "--seed")
        self.refused(["inspect", "t.csv", "--jsn"], "--jsn", "--json")

    def test_an_unknown_subcommand_names_the_nearest(self):
        self.refused(["trai", "t.csv"], "subcommand", '"trai"', '"train"')
        self.refused(["inspekt", "t.csv"], "subcommand", '"inspect"')

    def test_no_subcommand(self):
        self.refused([], "expected a subcommand, received none (feat2vec --help lists them)")

    def test_no_data(self):
        self.refused(["train"], "expected data, received none")
        self.refused(["inspect"], "expected file, received none")

    def test_numbers_out_of_range(self):
        for flag, number in (("--dim", "0"), ("--epochs", "0"), ("--noise", "0"), ("--alpha1", "1.5"),
                             ("--alpha2", "-0.1"), ("--lr", "-1"), ("--valid-share", "1"),
                             ("--count-bias", "-1"), ("--patience", "-1")):
            with self.subTest(flag=flag, number=number):
                self.refused(["train", "t.csv", flag, number], flag, "received")

    def test_what_is_not_a_number(self):
        for flag, word in (("--dim", "many"), ("--lr", "nan"), ("--alpha1", "nan"), ("--seed", "-1"),
                           ("--checkpoint-every", "soon"), ("--epochs", "1.5")):
            with self.subTest(flag=flag, word=word):
                error = self.refused(["train", "t.csv", flag, word], f"error: {flag}: expected ")
                self.assertRegex(error, f'received "?{word}"?')

    def test_whole_numbers_are_asked_for_as_such(self):
        self.refused(["train", "t.csv", "--epochs", "1.5"], '--epochs: expected a whole number, received "1.5"')
        self.refused(["train", "t.csv", "--lr", "x"], '--lr: expected a number, received "x"')
        self.refused(["train", "t.csv", "--seed", "99999999999999999999"], "--seed: expected a whole number from 0 to 2^64 - 1")

    def test_values_may_be_of_any_length(self):
        self.refused(["train", "t.csv", "--dim", "x" * 100_000], "--dim")
        self.refused(["train", "t.csv", "--epochs", "999999999999999"], "--epochs: expected 1 to 1000000")

    def test_flags_that_belong_to_something_else(self):
        self.succeeds("train", "t.csv", "--quiet", "--epochs", "1", "--dim", "2", "--out", "m.f2v")
        complete = ["complete", "m.f2v", "--target", "genre"]
        self.refused([*complete, "t.csv", "--json"], "--json: expected known values, received a table")
        self.refused([*complete, "studio=s1", "--task", "t"], "--task: expected --queries beside it, received none")
        self.refused([*complete, "studio=s1", "--header", "a,b"], "--header: expected a table, received none")
        self.refused([*complete, "studio=s1", "--bad-rows", "skip"], "--bad-rows: expected a table, received none")
        self.refused(["inspect", "t.csv", "--values"], "--values: expected one model, received another file")
        self.refused(["inspect", "m.f2v", "--header", "a,b"], "--header: expected a table, received a model")
        self.refused(["inspect", "m.f2v", "--bad-rows", "skip"], "--bad-rows: expected a table, received a model")

    def test_standard_output_is_no_file_to_write(self):
        self.succeeds("train", "t.csv", "--quiet", "--epochs", "1", "--dim", "2", "--out", "m.f2v")
        for command in (["train", "t.csv"], ["export", "m.f2v", "--format", "npy"], ["complete", "m.f2v", "t.csv", "--target", "genre"]):
            with self.subTest(command[0]):
                self.refused([*command, "--out", "-"], "--out: expected a file to write, received -, standard output")

    def test_export_tells_what_it_wrote(self):
        self.succeeds("train", "t.csv", "--quiet", "--epochs", "1", "--dim", "2", "--out", "m.f2v")
        _, errors = self.succeeds("export", "m.f2v", "--format", "projector", "--out", "v", "--bias", "b.txt")
        self.assertEqual(errors, "wrote v.tsv, v.metadata.tsv, b.txt\n")

    def test_names_that_are_not_there_are_answered_with_those_that_are(self):
        self.succeeds("train", "t.csv", "--quiet", "--epochs", "1", "--dim", "2", "--out", "m.f2v")
        self.fails(1, ["nearest", "m.f2v", "colour=red"], '(there are "studio", "genre", "score")')
        self.refused(["complete", "m.f2v", "--target", "colour", "genre=g1"], '(there are "studio", "genre", "score")')
        self.refused(["complete", "m.f2v", "--target", "score", "genre=g1"], "train --categorical gives each number a vector")

    def test_flags_of_training_that_do_nothing_are_warned_of(self):
        train = ["train", "t.csv", "--quiet", "--epochs", "1", "--dim", "2", "--out", "m.f2v"]
        for flags, without in ((["--keep", "0.5"], "keep in --context"),
                               (["--exact-values", "8", "--objective", "nce"], "--objective softmax"),
                               (["--patience", "3"], "--valid, --valid-share or --stop-on"),
                               (["--answers", "first", "--no-reader"], "--reader"),
                               (["--memory", "1m", "--no-reader"], "--reader")):
            with self.subTest(flags=flags):
                _, errors = self.succeeds(*train, *flags)
                self.assertEqual(errors, f"feat2vec: warning: {flags[0]} does nothing without {without}\n")
        for flags in (["--context", "keep:1", "--keep", "0.5"], ["--exact-values", "8"],
                      ["--valid-share", "0.2", "--patience", "3"], ["--stop-on", "mrr:genre", "--patience", "3"]):
            with self.subTest(flags=flags):
                _, errors = self.succeeds(*train, *flags)
                self.assertNotIn("does nothing", errors)

    def test_what_training_cannot_stop_on(self):
        train = ["train", "t.csv", "--stop-on"]
        self.refused([*train, "mmr:genre"], "--stop-on", "mrr, mpr, hits1 or hits10", '"mmr:genre"', 'did you mean "mrr"')
        for text in ("", "mrr", "mrr:", ":genre"):
            self.refused([*train, text], "--stop-on", "such as mrr:director", f'"{text}"')
        self.refused([*train, "mrr:gendre"], "--stop-on", '"gendre"', 'did you mean "genre"')
        self.refused([*train, "mrr:score"], "--stop-on", '"score"', "can be ranked")

    def test_unknown_words_of_a_choice(self):
        for flag, word, near in (("--prior", "grup", "group"), ("--progress", "jsn", "json"),
                                 ("--optimizer", "adagrd", "adagrad"), ("--engine", "fusd", "fused"),
                                 ("--bad-rows", "skp", "skip"), ("--preset", "papr", "paper"),
                                 ("--device", "cpo", "cpu"), ("--answers", "frist", "first"),
                                 ("--missing-values", "vecter", "vector")):
            with self.subTest(flag):
                self.refused(["train", "t.csv", flag, word], f"error: {flag}: expected ", " or ",
                             f'received "{word}" (did you mean "{near}"?)')
        self.refused(["train", "t.csv", "--context", "sbuset:1"], "--context: expected all, keep, one",
                     'received "sbuset:1" (did you mean "subset"?)')
        self.train("t.csv")
        for flag, word, near in (("--by", "raeder", "reader"), ("--by", "count", "counts")):
            self.refused(["complete", "m.f2v", "--target", "genre", "studio=s1", flag, word], flag,
                         f'received "{word}" (did you mean "{near}"?)')
        self.refused(["evaluate", "m.f2v", "t.csv", "--readout", "pupularity"], '"popularity"')

    def test_a_flag_without_its_value(self):
        self.refused(["train", "t.csv", "--out"], "--out: expected a value, received none")

    def test_a_flag_that_names_an_unknown_column_suggests_the_nearest(self):
        for flag in ("--categorical", "--bag", "--numeric", "--text", "--columns"):
            with self.subTest(flag):
                self.refused(["train", "t.csv", flag, "studios"], "studios", '"studio"')

    def test_a_column_given_two_kinds(self):
        self.refused(["train", "t.csv", "--categorical", "genre", "--bag", "genre"], "genre", "twice")
        self.refused(["train", "t.csv", "--text", "genre", "--bag", "genre"], "genre", "twice")

    def test_a_schema_beside_flags_that_name_columns(self):
        self.write("s.json", json.dumps({"features": []}))
        self.refused(["train", "t.csv", "--schema", "s.json", "--categorical", "genre"], "--schema")

    def test_valid_beside_valid_share(self):
        self.refused(["train", "t.csv", "--valid", "t.csv", "--valid-share", ".2"], "--valid")

    def test_nearest_and_export(self):
        self.train("t.csv")
        self.refused(["nearest", "m.f2v", "studio=s1", "-k", "0"], "-k", "1 or more")
        self.refused(["nearest", "m.f2v"], "key")
        self.refused(["nearest", "m.f2v", "studio"], "expected feature=value")
        self.refused(["nearest", "m.f2v", "studio=s1", "--in", "genres"], "--in: expected", '"genre"')
        self.fails(1, ["nearest", "m.f2v", "studio=s99"], 'error: expected a value of "studio"')
        self.fails(1, ["nearest", "absent.f2v", "studio=s1"], "absent.f2v")
        self.refused(["export", "m.f2v", "--format", "word3vec", "--out", "v"], "word3vec", "word2vec")
        self.refused(["export", "m.f2v", "--out", "v"], "--format")

    def test_models_and_tables_are_told_apart(self):
        self.train("t.csv")
        for command in (["train", "m.f2v"], ["evaluate", "m.f2v", "m.f2v"],
                        ["complete", "m.f2v", "m.f2v", "--target", "genre"]):
            self.fails(1, command, "m.f2v: expected a table, received a model")
        for command in (["nearest", "t.csv", "studio=s1"], ["evaluate", "t.csv", "t.csv"],
                        ["complete", "t.csv", "--target", "genre", "studio=s1"],
                        ["export", "t.csv", "--format", "npy", "--out", "v"]):
            self.fails(1, command, "t.csv: expected a model of feat2vec", "received text, such as a table",
                       "studio,genre,score")

    def test_lists_take_one_word_each_so_that_tables_may_follow(self):
        self.succeeds("train", "--categorical", "studio", "--numeric", "score", "--missing", "NA",
                      "--columns", "studio,genre", "t.csv", "--out", "m.f2v", "--epochs", "1", "--quiet")


class Nearest(CommandTest):
    def test_neighbours_and_what_is_unknown(self):
        self.write("t.csv", films(60).replace("s1,", "Jane Campion,"))
        self.train("t.csv")
        for key in ("studio=Jane Campion", "studio=Jane%20Campion", "score=3.5"):
            found = json.loads(self.succeeds("nearest", "m.f2v", key, "--in", "genre", "-k", "3",
                                             "--json")[0])
            self.assertEqual(len(found), 3, key)
            self.assertEqual({neighbour["feature"] for neighbour in found}, {"genre"})
            similarities = [neighbour["similarity"] for neighbour in found]
            self.assertEqual(similarities, sorted(similarities, reverse=True))
        for key, hint in (("studio=Jane Campino", "Jane Campion"), ("studi=s2", "studio"), ("score=tall", "tall")):
            self.fails(1, ["nearest", "m.f2v", key], hint)
        self.assertIn("warning: score=99 lies outside of ",
                      self.succeeds("nearest", "m.f2v", "score=99", "-k", "1")[1])


class Help(CommandTest):
    def test_version(self):
        out, errors = self.succeeds("--version")
        self.assertRegex(out, r"^feat2vec \d+\.\d+\.\d+\n$")
        self.assertEqual(errors, "")

    def test_every_subcommand_is_listed_with_the_exit_codes(self):
        out, _ = self.succeeds("--help")
        for word in (*FLAGS, "0 done", "130", "143", "2 wrong usage"):
            self.assertIn(word, out)

    def test_every_flag_is_documented(self):
        for command, flags in FLAGS.items():
            out, errors = self.succeeds(command, "--help")
            self.assertEqual(errors, "")
            for flag in flags:
                with self.subTest(command=command, flag=flag):
                    self.assertRegex(out, rf"--{flag}\b")
            for line in re.findall(r"^  -.*", out, re.M):
                self.assertRegex(line, r"^  -\S.*(  +\S|:\{.*\}|: .*|\]$)", "an option without a sentence")


if __name__ == "__main__":
    unittest.main()
