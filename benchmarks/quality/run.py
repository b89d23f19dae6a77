"""Runs all lines of one table on several splits and prints them as a Markdown table."""
import lines
from program import READOUTS, Program
from report import Cache, note, result_table
from splits import prepare


def add_options(options, seeds):
    options.add_argument("--seeds", default=seeds, help="splits, joined by commas (default %(default)s)")
    options.add_argument("--train-args", default="", help="further flags of `feat2vec train`, as one text")
    options.add_argument("--readouts", default=",".join(READOUTS), help="default %(default)s")
    options.add_argument("--no-peers", action="store_true", help="without the learned baselines")


def run(name, options):
    program, cache = Program(options.command), Cache(options.work + "/results")
    readouts, results, notes, seconds = options.readouts.split(","), {}, [], []
    for seed in map(int, options.seeds.split(",")):
        split = prepare(name, options.bench, options.data, seed, options.fold, options.work)
        found = lines.ours(cache, program, split, options.train_args, readouts)
        seconds.append(found["seconds"])
        for readout, tasks in found["readouts"].items():
            results.setdefault(f"**feat2vec, {readout}**", []).append(tasks)
            notes += [f"no {readout}: {why}" for why in set(map(str, tasks.values())) if why[0] != "{"]
        for line, tasks in lines.baselines(cache, split).items():
            results.setdefault(line, []).append(tasks)
        if not options.no_peers:
            peers, skipped = lines.others(cache, split)
            notes += skipped
            for line, tasks in peers.items():
                results.setdefault(line, []).append(tasks)
    print(f"\n### {name}, {options.fold} fold, seeds {options.seeds}, `train {options.train_args}`\n")
    print(result_table(list(split.tests), results))
    print(f"\n{', '.join(f'{s:.0f}' for s in seconds)} seconds of training.")
    for text in dict.fromkeys(notes):
        note(text)
