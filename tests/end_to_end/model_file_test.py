#!/usr/bin/env python3
"""The model file: damage is found, inspect tells what it holds, and the same content gives the same bytes."""
import gzip
import json
import os
import random
import shutil
import struct
import unittest

from support import CommandTest, films

try:
    import pyarrow
    import pyarrow.parquet
except ImportError:
    pyarrow = None


class Damage(CommandTest):
    """`nearest` and `inspect` on files that are no whole model: exit code 1 and one line with the name."""

    def setUp(self):
        super().setUp()
        self.write("t.csv", films(40))
        self.model = self.train("t.csv", "--no-refit")

    def refused(self, content, *fragments, command=("nearest", "m.f2v", "studio=s1")):
        self.write("m.f2v", content)
        return self.fails(1, list(command), "m.f2v", *fragments)

    def test_a_file_cut_anywhere(self):
        size = len(self.model)
        for length in (0, 4, 8, 60, size // 2, size - 100, size - 1):
            with self.subTest(length=length, of=size):
                self.refused(self.model[:length])

    def test_a_bit_flipped_anywhere(self):
        generator = random.Random(5)
        header = struct.unpack("<Q", self.model[:8])[0]
        places = [0, 6, 8, 8 + header // 3, 8 + header // 2, 8 + header, len(self.model) - 1]
        places += [generator.randrange(len(self.model)) for _ in range(3)]
        for place in places:
            with self.subTest(place=place, header=header, of=len(self.model)):
                damaged = bytearray(self.model)
                damaged[place] ^= 1 << generator.randrange(8)
                self.refused(bytes(damaged))

    def test_bytes_after_the_end(self):
        self.refused(self.model + b"more")

    def test_a_header_of_hostile_size(self):
        self.refused(struct.pack("<Q", 2**63 - 1) + self.model[8:])

    def test_a_table_is_not_a_model(self):
        self.refused(films(20))

    def test_another_safetensors_file_is_not_a_model(self):
        header = b'{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
        self.refused(struct.pack("<Q", len(header)) + header + bytes(4))

    def test_inspect_finds_damage_too(self):
        self.refused(self.model[:-1], command=("inspect", "m.f2v"))
        self.refused(self.model[:-1] + bytes([self.model[-1] ^ 1]), command=("inspect", "m.f2v"))

    def test_a_missing_model_and_a_folder(self):
        self.fails(1, ["nearest", "absent.f2v", "a=b"], "absent.f2v")
        os.mkdir(self.path("d.f2v"))
        self.fails(1, ["nearest", "d.f2v", "a=b"], "d.f2v", "folder")
        self.fails(1, ["export", "absent.f2v", "--format", "npy", "--out", "v"], "absent.f2v")


class Inspect(CommandTest):
    def test_a_model(self):
        self.write("t.csv", films(60))
        self.train("t.csv", "--seed", "7")
        found = self.inspect("m.f2v", "--values")
        self.assertEqual((found["kind"], found["dim"]), ("model", 4))
        self.assertEqual([(f["name"], f["kind"], f["dim"]) for f in found["features"]],
                         [("studio", "categorical", 4), ("genre", "categorical", 4),
                          ("score", "numeric", 4), ("offset", "offset", 4)])
        studio = found["features"][0]
        self.assertEqual(studio["values"], len(studio["vocabulary"]))
        self.assertEqual(sum(value["count"] for value in studio["vocabulary"]), 60)
        self.assertEqual(found["provenance"]["options"]["seed"], 7)
        self.assertIn("features", found["schema"])
        self.assertNotIn("vocabulary", self.inspect("m.f2v")["features"][0])

    def test_its_schema_can_train_again(self):
        self.write("t.csv", films(60))
        model = self.train("t.csv")
        self.write("s.json", json.dumps(self.inspect("m.f2v")["schema"]))
        self.assertEqual(self.train("t.csv", "--schema", "s.json", out="n.f2v"), model)

    def test_text_for_people_names_every_value(self):
        self.write("t.csv", films(60).replace("s1", "a\x1bb"))
        self.train("t.csv")
        out, _ = self.succeeds("inspect", "m.f2v", "--values")
        self.assertRegex(out, r"numeric +numbers from [\d.]+ to [\d.]+\n")
        self.assertRegex(out, r"offset +one number\n")
        self.assertIn("studio=a\\x1bb", out)
        self.assertNotIn("\x1b", out)
        self.assertIn("genre=g2", out)
        out, _ = self.succeeds("inspect", "t.csv")
        self.assertIn("t.csv: 60 rows", out)


class SameBytes(CommandTest):
    def setUp(self):
        super().setUp()
        self.text = films(60)
        self.write("t.csv", self.text)
        self.model = self.train("t.csv")

    def assert_same(self, table, *options, stdin=b""):
        self.assertEqual(self.train(table, *options, out="other.f2v", stdin=stdin), self.model)

    def test_the_same_command_twice(self):
        self.assert_same("t.csv")
        self.assertNotEqual(self.train("t.csv", "--seed", "2", out="other.f2v"), self.model)

    def test_any_number_of_threads(self):
        self.assert_same("t.csv", "--threads", "1")
        self.assert_same("t.csv", "--threads", "4")

    def test_gzip_standard_input_and_another_place(self):
        self.write("t.csv.gz", gzip.compress(self.text.encode()))
        self.assert_same("t.csv.gz")
        self.assert_same("-", stdin=self.text.encode())
        os.mkdir(self.path("folder"))
        shutil.copy(self.path("t.csv"), self.path("folder/u.csv"))
        self.assert_same("folder/u.csv")

    def test_other_ways_to_write_the_same_text(self):
        self.write("t.tsv", self.text.replace(",", "\t"))
        self.assert_same("t.tsv")
        quoted = "\r\n".join(",".join(f'"{c}"' for c in row.split(",")) for row in self.text.split())
        self.write("quoted.csv", "\ufeff" + quoted)
        self.assert_same("quoted.csv")

    def test_several_files(self):
        lines = self.text.splitlines(keepends=True)
        swapped = ["{2},{0},{1}\n".format(*line.strip().split(",")) for line in [lines[0]] + lines[31:]]
        self.write("one.csv", "".join(lines[:31]))
        self.write("two.csv", "".join(swapped))
        self.assert_same(["one.csv", "two.csv"])

    @unittest.skipUnless(pyarrow, "pyarrow is not installed")
    def test_parquet_and_arrow(self):
        header, *rows = [line.split(",") for line in self.text.split()]
        columns = list(zip(*rows))
        table = pyarrow.table({header[0]: pyarrow.array(columns[0]),
                               header[1]: pyarrow.array(columns[1]).dictionary_encode(),
                               header[2]: pyarrow.array([float(x) for x in columns[2]])})
        pyarrow.parquet.write_table(table, self.path("t.parquet"))
        self.assert_same("t.parquet")
        with pyarrow.ipc.new_file(self.path("t.arrow"), table.schema) as writer:
            writer.write_table(table)
        self.assert_same("t.arrow")

    def test_the_order_of_rows_does_not_change_that_of_the_vocabulary(self):
        header, *rows = self.text.splitlines(keepends=True)
        random.Random(3).shuffle(rows)
        self.write("t.csv", header + "".join(rows))
        self.train("t.csv", out="other.f2v")
        for feature in ("studio", "genre"):
            values = self.vocabulary("other.f2v", feature)
            self.assertEqual(values, self.vocabulary("m.f2v", feature))
            self.assertEqual(values, sorted(values, key=lambda pair: (-pair[1], pair[0].encode())))


if __name__ == "__main__":
    unittest.main()
