#!/usr/bin/env python3
"""Tries flags of `feat2vec train` on validation folds and prints the MRR of one read-out for each setting.

  sweep.py --bench DIR --data DIR --tables netflix,goodbooks --grid lr=.03,.06 --grid epochs=10,20
  sweep.py --bench DIR --data DIR --tables mushroom --args "--dim 16" --args "--dim 150"

Each --grid multiplies the settings, each --args adds one of its own. Results are kept below --work.
"""
import itertools
import statistics
import sys

from lines import ours
from program import READOUTS, Program
from report import Cache, parser, table
from splits import NETFLIX, TABLES, prepare


def settings(options):
    axes = [[f"--{name} {value}" for value in values.split(",")]
            for name, values in (axis.split("=", 1) for axis in options.grid)]
    found = [" ".join(flags) for flags in itertools.product(*axes)] if axes else []
    return found + options.args or [""]


def mean(found):
    """Of the splits' MRR; - unless all have one."""
    if not all(isinstance(metrics, dict) for metrics in found):
        return "-"
    return f"{statistics.fmean(metrics['mrr'] for metrics in found):.4f}".removeprefix("0")


def main():
    options = parser(__doc__)
    options.add_argument("--tables", default=",".join([NETFLIX, *TABLES]), help="default %(default)s")
    options.add_argument("--seeds", default="1", help="splits, joined by commas (default %(default)s)")
    options.add_argument("--grid", action="append", default=[], metavar="FLAG=A,B", help="values of a flag")
    options.add_argument("--args", action="append", default=[], metavar="FLAGS", help="a setting, as one text")
    options.add_argument("--readout", choices=READOUTS, default="reader", help="default %(default)s")
    options = options.parse_args()
    program, cache = Program(options.command), Cache(options.work + "/results")
    splits = {(name, int(seed)): prepare(name, options.bench, options.data, int(seed), options.fold, options.work)
              for name in options.tables.split(",") for seed in options.seeds.split(",")}
    columns = {f"{name} {task}": (name, task) for (name, _), split in splits.items() for task in split.tests}
    lines = []
    for flags in settings(options):
        results = {key: ours(cache, program, split, flags, [options.readout]) for key, split in splits.items()}
        line = [mean([found["readouts"][options.readout][task] for (of, _), found in results.items()
                      if of == name]) for name, task in columns.values()]
        seconds = sum(found["seconds"] for found in results.values())
        lines.append([f"`{flags or 'default'}`", *line, f"{seconds:.0f}"])
        print(" ".join(lines[-1]), file=sys.stderr)
    print(f"\nMRR by {options.readout}, {options.fold} fold, seeds {options.seeds}\n")
    print(table(["flags", *columns, "training s"], lines))


if __name__ == "__main__":
    main()
