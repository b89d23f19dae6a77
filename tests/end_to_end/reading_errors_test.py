#!/usr/bin/env python3
"""Bad tables and bad schemas: what the command says about what it cannot read."""
import gzip
import json
import os
import unittest

from support import CommandTest, films

TRAIN = ("--out", "m.f2v", "--dim", "4", "--epochs", "1", "--quiet")
NUMBERS = ("--categorical", "a", "--numeric", "b")
GOOD = "a,b\nx,u\ny,v\nx,v\ny,u\n"


class BadTables(CommandTest):
    """Each is exit code 1, one line that says where, and no model."""

    def rejected(self, content, *fragments, options=(), name="t.csv", code=1):
        self.write(name, content)
        return self.fails(code, ["train", name, *TRAIN, *options], *fragments)

    def test_a_file_may_be_called_as_a_place_is(self):
        self.write("[2024] bad.csv", "a,b\nx,1\ny\n")
        self.fails(1, ["inspect", "[2024] bad.csv"], "error: [2024] bad.csv:3: expected 2 fields")

    def test_a_missing_file(self):
        self.fails(1, ["train", "absent.csv", *TRAIN], "absent.csv", "expected", "received")

    def test_a_folder(self):
        os.mkdir(self.path("d.csv"))
        self.fails(1, ["train", "d.csv", *TRAIN], "d.csv", "folder")

    def test_an_empty_file(self):
        self.rejected("", "t.csv", "empty")

    def test_blank_lines_only(self):
        self.rejected("\n\n\n", "t.csv", "expected", "blank")

    def test_a_header_only(self):
        self.rejected("a,b\n", "t.csv", "expected rows")

    def test_one_row(self):
        self.rejected("a,b\nx,y\n", "t.csv", "two rows")

    def test_a_row_with_too_few_fields(self):
        self.rejected("a,b\nx,y\nz\nx,y\n", "t.csv:3", "expected 2 fields, received 1")

    def test_a_row_with_too_many_fields_after_blank_lines(self):
        self.rejected("a,b\n\nx,y\n\n\nx,y,z\n", "t.csv:6", "expected 2 fields, received 3")

    def test_lines_are_counted_through_quoted_newlines(self):
        self.rejected('a,b\n"x\ny",u\nv,w\nz\n', "t.csv:5", "received 1")

    def test_a_header_name_twice(self):
        self.rejected("a,b,a\nx,y,z\nu,v,w\n", "t.csv:1:3", "a", "twice")

    def test_an_empty_header_name(self):
        self.rejected("a,,c\nx,y,z\nu,v,w\n", "t.csv:1:2", "name")

    def test_invalid_utf_8(self):
        self.rejected(b"a,b\nx,y\nx,\xff\xfe\n", "t.csv:3:2 (b)", "UTF-8", "\\xff\\xfe")

    def test_latin_1(self):
        self.rejected("a,b\nx,Agn\xe8s\nx,y\n".encode("latin-1"), "t.csv:2:2 (b)", "UTF-8", "Agn\\xe8s")

    def test_a_nul_byte(self):
        self.rejected(b"a,b\nx,y\n\x00,y\n", "t.csv:3:1 (a)", "NUL", "\\x00")

    def test_control_characters_of_the_data_are_escaped(self):
        line = self.rejected("a,b\nx,1\ny,\x1b[2J\n", "t.csv:3:2 (b)", "\\x1b", options=NUMBERS)
        self.assertNotIn("\x1b", line)

    def test_a_quote_never_closed(self):
        self.rejected('a,b\nx,y\n"z,u\nv,w\n', "t.csv:3", "closing quote")

    def test_a_lone_cr(self):
        self.rejected("a,b\rx,y\rz,w\r", "t.csv:1", "lone CR")
        self.rejected("a,b\nx,y\nz\rw,y\n", "t.csv:3", "lone CR")

    def test_utf_16(self):
        self.rejected(GOOD.encode("utf-16"), "t.csv", "UTF-16")

    def test_utf_16_without_a_mark(self):
        self.rejected(GOOD.encode("utf-16-le"), "t.csv", "NUL")

    def test_gzip_cut_short(self):
        self.rejected(gzip.compress(films(500).encode())[:-20], "t.csv.gz", name="t.csv.gz")

    def test_gzip_cut_in_its_last_bytes(self):
        self.rejected(gzip.compress(films(50).encode())[:-4], "t.csv.gz", name="t.csv.gz")

    def test_garbage_after_gzip(self):
        self.rejected(gzip.compress(GOOD.encode()) + b"garbage", "t.csv.gz", name="t.csv.gz")

    def test_gzip_with_a_flipped_bit(self):
        data = bytearray(gzip.compress(films(50).encode()))
        data[len(data) // 2] ^= 4
        self.rejected(bytes(data), "t.csv.gz", name="t.csv.gz")

    def test_text_called_parquet(self):
        self.rejected(GOOD, "t.parquet", "Parquet", name="t.parquet")

    def test_a_parquet_file_cut_short(self):
        self.rejected(b"PAR1" + bytes(40), "t.parquet", name="t.parquet")

    def test_words_in_a_number_column(self):
        self.rejected("a,b\nx,1\ny,2.5\nz,tall\n", "t.csv:4:2 (b)", "number", "tall",
                      options=NUMBERS)

    def test_infinity(self):
        for word in ("inf", "-Infinity", "1e999"):
            with self.subTest(word):
                self.rejected(f"a,b\nx,1\ny,{word}\nz,3\n", "t.csv:3:2 (b)", word,
                              options=NUMBERS)

    def test_one_categorical_column(self):
        self.rejected("a\nx\ny\nx\ny\n", "t.csv", "expected", "a")

    def test_a_column_of_nulls_and_one_other(self):
        self.rejected("a,b\nx,\ny,\nx,\n", "t.csv", "expected", "a")

    def test_only_ids_and_constants(self):
        self.rejected("id,c\n" + "".join(f"u{i:04},same\n" for i in range(50)), "t.csv", "expected")

    def test_bad_rows_only(self):
        self.rejected("a,b\nx\ny\n", "t.csv", "bad rows only", options=("--bad-rows", "skip"))

    def test_files_with_other_columns(self):
        self.write("t.csv", GOOD)
        self.write("u.csv", "a,c\nx,y\nz,w\n")
        self.fails(1, ["train", "t.csv", "u.csv", *TRAIN], "u.csv", "b")

    def test_an_error_in_the_second_file_names_it(self):
        self.write("t.csv", GOOD)
        self.write("u.csv", "b,a\nu,x\nv\n")
        self.fails(1, ["train", "t.csv", "u.csv", *TRAIN], "u.csv:3")

    def test_an_error_on_standard_input(self):
        self.fails(1, ["train", "-", *TRAIN], "stdin:3", stdin=b"a,b\nx,y\nz\n")
        self.fails(1, ["train", "-", *TRAIN], "stdin", "empty", stdin=b"")

    def test_an_error_in_validation_rows(self):
        self.write("t.csv", GOOD)
        self.write("v.csv", "a,b\nx\n")
        self.fails(1, ["train", "t.csv", "--valid", "v.csv", *TRAIN], "v.csv:2")
        self.write("v.csv", "a,c\nx,y\n")
        self.fails(1, ["train", "t.csv", "--valid", "v.csv", *TRAIN], "v.csv", "b")

    def test_inspect_shows_the_columns_first_where_nothing_can_be_learned(self):
        for content, fragment in (("a,b\nx,y\n", "two rows or more"), ("a,b\nx,\ny,\nx,\n", "two columns to learn from")):
            self.write("t.csv", content)
            for flags in ([], ["--json"]):
                done = self.run_command("inspect", "t.csv", *flags)
                self.assertEqual(done.returncode, 1)
                self.assertIn("every cell", done.stdout.decode())
                self.assertIn("error: t.csv: expected " + fragment, done.stderr.decode())

    def test_inspect_says_the_same(self):
        self.write("t.csv", "a,b\nx,y\nz\n")
        self.fails(1, ["inspect", "t.csv"], "t.csv:3", "expected 2 fields")


class BadSchemas(CommandTest):
    def rejected(self, schema, *fragments):
        self.write("t.csv", GOOD)
        self.write("s.json", schema if isinstance(schema, str) else json.dumps(schema))
        self.fails(1, ["train", "t.csv", "--schema", "s.json", *TRAIN], *fragments)

    def test_an_absent_column(self):
        self.rejected({"features": [{"name": "a", "kind": "categorical"},
                                    {"name": "bb", "kind": "categorical"}]}, "t.csv", "bb")

    def test_an_unknown_key(self):
        self.rejected({"features": [{"name": "a", "kind": "categorical", "poling": "sum"}]},
                      "s.json", "feature 1", "poling", "pooling")
        self.rejected({"featurs": []}, "s.json", "featurs", "features")

    def test_an_unknown_kind(self):
        self.rejected({"features": [{"name": "a", "kind": "categorial"}]}, "s.json", "categorical")

    def test_bad_json(self):
        self.rejected('{"features": [', "s.json", "JSON")
        self.rejected("", "s.json", "JSON")

    def test_other_json(self):
        self.rejected([], "s.json", "object")
        self.rejected({"features": [3]}, "s.json", "object")
        self.rejected({"features": []}, "feature")

    def test_a_value_of_another_type(self):
        self.rejected({"features": [{"name": 3, "kind": "categorical"}]}, "s.json", "name")

    def test_a_feature_twice(self):
        self.rejected({"features": [{"name": "a", "kind": "categorical"}] * 2}, "s.json", "a", "twice")

    def test_one_feature_that_is_not_a_bag(self):
        self.rejected({"features": [{"name": "a", "kind": "categorical"}]}, "expected")

    def test_a_missing_schema(self):
        self.write("t.csv", GOOD)
        self.fails(1, ["train", "t.csv", "--schema", "absent.json", *TRAIN], "absent.json")


if __name__ == "__main__":
    unittest.main()
