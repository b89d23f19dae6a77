#!/usr/bin/env python3
"""pyarrow: read_csv with columns of strings, then dictionary_encode, on one thread.

read_csv.py TABLE.csv [REPEATS]
"""
import json
import os
import resource
import sys


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    import pyarrow as pa
    from pyarrow import csv

    path, repeats = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    pa.set_cpu_count(1)
    with open(path) as file:
        names = file.readline().rstrip("\n").split(",")
    speeds = []
    for _ in range(repeats):
        before = cpu_seconds()
        table = csv.read_csv(
            path, read_options=csv.ReadOptions(use_threads=False),
            convert_options=csv.ConvertOptions(column_types={name: pa.string() for name in names},
                                               strings_can_be_null=False))
        columns = [table[name].dictionary_encode() for name in names]
        speeds.append(os.path.getsize(path) / 1e6 / (cpu_seconds() - before))
        del table, columns
    print(json.dumps({"mb_per_cpu_s": speeds}))


if __name__ == "__main__":
    main()
