#!/usr/bin/env python3
"""Good tables: what the command reads, and what it takes columns and values to mean."""
import gzip
import json
import shutil
import subprocess
import unittest

from support import CommandTest, films

TRAIN = ("--out", "m.f2v", "--dim", "4", "--epochs", "1", "--quiet")
GOOD = "a,b\nx,u\ny,v\nx,v\ny,u\n"


class GoodTables(CommandTest):
    def table(self, content, *options, name="t.csv"):
        self.write(name, content)
        return self.inspect(name, *options)

    def assert_good(self, found, rows=4, columns=("a", "b")):
        self.assertEqual(found["rows"], rows)
        self.assertEqual(tuple(found["columns"]), columns)
        self.assertEqual(found["columns"]["a"]["distinct"], 2)
        self.assertEqual(set(found["columns"]["a"]["examples"]), {"x", "y"})

    def test_a_byte_order_mark(self):
        self.assert_good(self.table(b"\xef\xbb\xbf" + GOOD.encode()))

    def test_crlf(self):
        self.assert_good(self.table(GOOD.replace("\n", "\r\n")))

    def test_blank_lines_are_skipped(self):
        self.assert_good(self.table("\n" + GOOD.replace("\n", "\n\n")))

    def test_no_newline_at_the_end(self):
        self.assert_good(self.table(GOOD.rstrip("\n")))

    def test_separators_are_found(self):
        for name, separator in (("t.tsv", "\t"), ("t.csv", ";"), ("t.txt", "|"), ("t.csv", "\t")):
            with self.subTest(separator):
                self.assert_good(self.table(GOOD.replace(",", separator), name=name))

    def test_a_blank_after_every_separator_belongs_to_it(self):
        self.assert_good(self.table(GOOD.replace(",", ", ")))

    def test_a_blank_after_some_separators_belongs_to_the_value(self):
        found = self.table("a,b\nx,u\ny, u\nx,u\ny, u\n")
        self.assertEqual(found["columns"]["b"]["distinct"], 2)

    def test_names_for_a_file_without_a_header(self):
        rows = GOOD.split("\n", 1)[1]
        self.assert_good(self.table(rows, "--header", "a,b"))
        self.fails(1, ["inspect", "t.csv", "--header", "a,b,c"], "t.csv:1", "expected 3 fields")

    def test_concatenated_gzip(self):
        head, tail = GOOD[:8].encode(), GOOD[8:].encode()
        self.assert_good(self.table(gzip.compress(head) + gzip.compress(tail), name="t.csv.gz"))

    def test_the_kind_is_told_by_content_first(self):
        self.assert_good(self.table(gzip.compress(GOOD.encode()), name="t.csv"))

    def test_zstd(self):
        if not shutil.which("zstd"):
            self.skipTest("zstd is not installed")
        packed = subprocess.run(["zstd", "-c"], input=GOOD.encode(), capture_output=True, check=True)
        self.assert_good(self.table(packed.stdout, name="t.csv.zst"))

    def test_standard_input(self):
        self.assert_good(self.inspect("-", stdin=GOOD.encode()))
        self.assert_good(self.inspect("-", stdin=gzip.compress(GOOD.encode())))

    def test_several_files_with_columns_in_another_order(self):
        self.write("t.csv", GOOD)
        self.write("u.csv", "b,a\nu,x\nv,y\n")
        self.assert_good(self.inspect("t.csv", "u.csv"), rows=6)

    def test_bad_rows_can_be_skipped(self):
        self.write("t.csv", "a,b\nx,u\nz\n" + GOOD.split("\n", 1)[1] + "q,r,s\n")
        found = self.inspect("t.csv", "--bad-rows", "skip")
        self.assertEqual((found["rows"], found["bad_rows"]), (5, 2))
        _, errors = self.succeeds("train", "t.csv", *TRAIN, "--bad-rows", "skip")
        self.assertIn("feat2vec: warning: 2 rows", errors)
        self.assertIn("t.csv:3", errors)

    def test_a_cache_changes_nothing_but_the_time(self):
        self.write("t.csv", GOOD)
        plain = self.train("t.csv")
        self.assertEqual(self.train("t.csv", "--cache"), plain)
        self.assertIn("t.csv.f2v-cache", self.files())
        stamp = self.stamp("t.csv.f2v-cache")
        self.assertEqual(self.train("t.csv", "--cache"), plain)
        self.assertEqual(self.stamp("t.csv.f2v-cache"), stamp)
        self.write("t.csv.f2v-cache", "damaged")
        _, errors = self.succeeds("train", "t.csv", *TRAIN, "--cache")
        self.assertEqual(errors.count("feat2vec: warning: t.csv.f2v-cache: not used"), 1)
        self.fails(2, ["train", "-", "--cache"], "--cache: expected files", stdin=GOOD.encode())
        self.fails(1, ["train", "none.csv", "--cache"], "none.csv: expected a file that can be read")

    def test_threads_change_nothing(self):
        self.write("t.csv", films(20_000))
        self.assertEqual(self.train("t.csv", "--threads", "3"), self.train("t.csv", "--threads", "1"))

    def test_quoted_fields(self):
        found = self.table('a,b\n"x ""1"", y",u\nx,v\n"x ""1"", y",v\nx,u\n')
        self.assertEqual(set(found["columns"]["a"]["examples"]), {'x "1", y', "x"})


class Meaning(CommandTest):
    def decisions(self, content, *options):
        self.write("t.csv", content)
        found = self.inspect("t.csv", *options)
        return {name: column["decision"] for name, column in found["columns"].items()}

    def test_ids_and_constants_are_dropped_unless_named(self):
        rows = "".join(f"u{i:04},same,{'xy'[i % 2]},{'pq'[i // 2 % 2]}\n" for i in range(40))
        self.assertEqual(self.decisions("id,c,a,b\n" + rows), {
            "id": "dropped", "c": "dropped", "a": "categorical", "b": "categorical"})
        self.train("t.csv", "--categorical", "id", "--categorical", "c")
        self.assertEqual(len(self.vocabulary("m.f2v", "id")), 40)
        self.assertEqual(self.vocabulary("m.f2v", "c"), [("same", 40)])

    def test_a_column_of_nulls_is_dropped(self):
        kinds = self.decisions("a,b,c\nx,u,\ny,v,\nx,v,\ny,u,\n")
        self.assertEqual(kinds["c"], "dropped")

    def test_a_single_bag_column_is_a_table_of_baskets(self):
        self.write("t.csv", "basket\nmilk|bread\nbread|eggs|milk\neggs\nmilk|eggs\n")
        self.train("t.csv", "--bag", "basket:|")
        self.assertEqual(self.vocabulary("m.f2v", "basket"),
                         [("eggs", 3), ("milk", 3), ("bread", 2)])

    def test_bag_members_are_trimmed_and_counted_once_a_row(self):
        self.write("t.csv", "basket\nmilk| bread |milk\n bread|eggs\n")
        self.train("t.csv", "--bag", "basket:|", "--valid-share", "0")
        self.assertEqual(self.vocabulary("m.f2v", "basket"), [("bread", 2), ("eggs", 1), ("milk", 1)])

    def test_values_are_kept_byte_for_byte(self):
        values = ["A", "a", " a", "a ", "e\u0301", "\u00e9", "007", "7"]
        self.write("t.csv", "a,b\n" + "".join(f"{v},{i % 2}x\n" for v in values for i in range(3)))
        self.train("t.csv", "--categorical", "a", "--categorical", "b")
        self.assertEqual(self.vocabulary("m.f2v", "a"),
                         sorted(((v, 3) for v in values), key=lambda pair: pair[0].encode()))

    def test_inspect_points_at_twins_and_at_words_that_look_missing(self):
        rows = "Drama,u\ndrama,v\nDrama,v\nN/A,u\n" * 5
        self.write("t.csv", "a,b\n" + rows)
        notes = " ".join(self.inspect("t.csv")["notes"])
        self.assertIn("'Drama' (10), 'drama' (5)", notes)
        self.assertIn("'N/A' (5)", notes)

    def test_columns_that_are_left_out_have_no_notes(self):
        titles = "".join(f"{'Gone ' if i == 7 else 'Gone' if i == 5 else f'title {i}'},{'uv'[i % 2]},{'xyz'[i % 3]}\n" for i in range(60))
        self.write("t.csv", "title,b,c\n" + titles)
        found = self.inspect("t.csv")
        self.assertEqual(found["columns"]["title"]["decision"], "dropped")
        self.assertEqual(found["notes"], [])

    def test_007_is_text(self):
        rows = "".join(f"{i % 5:03},{'uv'[i % 2]}\n" for i in range(40))
        self.assertEqual(self.decisions("a,b\n" + rows)["a"], "categorical")

    def test_missing_words_in_a_number_column(self):
        words = ["", "NA", "N/A", "NaN", "null", "None", "?", "-"]
        rows = "".join(f"{i}.5,{'uv'[i % 2]}\n" for i in range(12)) + "".join(f"{w},u\n" for w in words)
        self.write("t.csv", "n,b\n" + rows)
        column = self.inspect("t.csv")["columns"]["n"]
        self.assertEqual(column["decision"], "numeric")
        self.assertAlmostEqual(column["missing_share"], 8 / 20)
        self.train("t.csv", "--numeric", "n")

    def test_numbers_may_be_written_in_another_way(self):
        self.write("t.csv", "kind;price;share;count\n" + "".join(
            f"k{i % 3};{i * 37},{i:02} €;{i / 8}%;{1 + i},{100 + i}\n" for i in range(60)))
        found = self.inspect("t.csv")
        columns = found["columns"]
        self.assertEqual((columns["price"]["decision"], columns["price"]["written"]), ("numeric", "1.234,5 €"))
        self.assertEqual((columns["share"]["decision"], columns["share"]["written"]), ("numeric", "1,234.5%"))
        self.assertIn("'1,100' may be 1100 or 1.1", columns["count"]["why"])
        self.write("s.json", json.dumps({"features": [
            {"name": "kind", "kind": "categorical"},
            {"name": "count", "kind": "numeric", "knots": 16, "written": ["1,234.5"]}]}))
        self.train("t.csv", "--schema", "s.json")
        self.assertEqual(self.inspect("m.f2v")["features"][1]["ranges"], [[1100, 60159]])

    def test_words_are_values_elsewhere_unless_named(self):
        self.write("t.csv", "a,b\n" + "NA,u\nx,v\n,u\nx,u\nNA,v\n")
        self.train("t.csv")
        self.assertEqual(self.vocabulary("m.f2v", "a"), [("NA", 2), ("x", 2)])
        self.train("t.csv", "--missing-values", "vector")
        self.assertEqual(self.vocabulary("m.f2v", "a"), [("NA", 2), ("x", 2), ("", 1)])
        self.train("t.csv", "--missing-values", "vector", "--missing", "NA")
        self.assertEqual(self.vocabulary("m.f2v", "a"), [("x", 2), ("", 3)])

    def test_one_column_of_bags_and_numbers_can_be_forced(self):
        self.write("t.csv", "a,n,m\n" + "".join(f"x;y{i % 3},{i},{i * i}\n" for i in range(20)))
        self.train("t.csv", "--bag", "a:;", "--numeric", "n,m")
        kinds = {f["name"]: (f["kind"], f["columns"]) for f in self.inspect("m.f2v")["features"]}
        self.assertEqual(kinds["a"], ("bag", ["a"]))
        self.assertEqual(kinds["n+m"], ("numeric", ["n", "m"]))

    def test_any_number_of_rows_can_be_trained_on(self):
        for rows in (2, 3, 5, 9, 11):
            with self.subTest(rows):
                self.write("t.csv", "a,b\n" + "".join(f"x{i % 2},y{i % 3 % 2}\n" for i in range(rows)))
                self.train("t.csv", "--categorical", "a", "--categorical", "b", "--batch", "4")

    def test_columns_limits_the_table(self):
        self.write("t.csv", films(40))
        self.train("t.csv", "--columns", "studio,genre")
        self.assertEqual([f["name"] for f in self.inspect("m.f2v")["features"]],
                         ["studio", "genre", "offset"])


if __name__ == "__main__":
    unittest.main()
