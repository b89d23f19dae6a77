#!/usr/bin/env python3
"""Tries flags of `feat2vec train` on validation folds; prints one line a setting and one table a read-out.

  sweep.py --bench DIR --data DIR --tables netflix,goodbooks --grid lr=.03,.06 --grid epochs=10,20
  sweep.py --bench DIR --data DIR --tables mushroom --args "" --args "--dim 16"

Each --grid multiplies the settings, each --args adds one of its own. The last columns compare a setting with
the first one: its mean MRR divided by that one's (geometric mean of the tasks), its mean rank among all
settings (of the tasks), and the seconds of training. Results are kept below --work.
"""
import itertools
import statistics
import sys

from lines import ours
from program import READOUTS, Program
from report import Cache, cell, parser, table
from splits import MORE_TABLES, NETFLIX, TABLES, prepare


def settings(options):
    axes = [[f"--{name} {value}" for value in values.split(",")]
            for name, values in (axis.split("=", 1) for axis in options.grid)]
    found = [" ".join(flags) for flags in itertools.product(*axes)] if axes else []
    return found + options.args or [""]


def mean_mrr(found):
    """Of the splits; None unless all have one."""
    if not all(isinstance(metrics, dict) for metrics in found):
        return None
    return statistics.fmean(metrics["mrr"] for metrics in found)


def mean_rank(mrr, all_mrr):
    """Mean over tasks of how many settings are better, ties shared, from 1."""
    return statistics.fmean(1 + sum(o > m for o in of_task) + (sum(o == m for o in of_task) - 1) / 2
                            for m, of_task in zip(mrr, zip(*all_mrr)))


def printed(tasks, results, full):
    """results: [(flags, seconds, [metrics of each split] of each task)] of one read-out."""
    all_mrr = [[mean_mrr(found) for found in by_task] for _, _, by_task in results]
    complete = all(m is not None for line in all_mrr for m in line)
    lines = []
    for (flags, seconds, by_task), mrr in zip(results, all_mrr):
        cells = [cell(found) if full else "-" if m is None else f"{m:.4f}".removeprefix("0")
                 for found, m in zip(by_task, mrr)]
        relative = f"{statistics.geometric_mean(m / b for m, b in zip(mrr, all_mrr[0])):.3f}" if complete else "-"
        rank = f"{mean_rank(mrr, all_mrr):.1f}" if complete else "-"
        lines.append([f"`{flags}`" if flags else "default", *cells, relative, rank, f"{seconds:.0f}"])
    return table(["flags", *tasks, "relative", "rank", "training s"], lines)


def main():
    options = parser(__doc__)
    options.add_argument("--tables", default=",".join([NETFLIX, *TABLES, *MORE_TABLES]), help="default %(default)s")
    options.add_argument("--seeds", default="1", help="splits, joined by commas (default %(default)s)")
    options.add_argument("--grid", action="append", default=[], metavar="FLAG=A,B", help="values of a flag")
    options.add_argument("--args", action="append", default=[], metavar="FLAGS", help="a setting, as one text")
    options.add_argument("--common", default="", metavar="FLAGS", help="flags of all settings, not printed")
    options.add_argument("--readouts", default=",".join(READOUTS), help="default %(default)s")
    options.add_argument("--full", action="store_true", help="cells MPR %% / MRR / hits@1 %% instead of MRR")
    options.add_argument("--tasks", help="print these only, joined by commas")
    options = options.parse_args()
    program, cache, readouts = Program(options.command), Cache(options.work + "/results"), options.readouts.split(",")
    splits = {(name, int(seed)): prepare(name, options.bench, options.data, int(seed), options.fold, options.work)
              for name in options.tables.split(",") for seed in options.seeds.split(",")}
    tasks = {f"{name} {task}": (name, task) for (name, _), split in splits.items() for task in split.tests
             if not options.tasks or task in options.tasks.split(",")}
    results = {readout: [] for readout in readouts}
    for flags in settings(options):
        found = {key: ours(cache, program, split, f"{flags} {options.common}".strip(), readouts)
                 for key, split in splits.items()}
        seconds = sum(one["seconds"] for one in found.values())
        for readout, lines in results.items():
            lines.append((flags, seconds, [[one["readouts"][readout][task] for (of, _), one in found.items()
                                            if of == name] for name, task in tasks.values()]))
        print(flags or "default", f"{seconds:.0f} s", file=sys.stderr, flush=True)
    for readout, lines in results.items():
        print(f"\n{options.fold} fold, seeds {options.seeds}, by {readout}\n\n{printed(tasks, lines, options.full)}")


if __name__ == "__main__":
    main()
