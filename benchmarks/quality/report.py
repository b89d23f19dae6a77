"""What the scripts share: results kept as JSON, Markdown tables, and common options."""
import argparse
import hashlib
import json
import os
import statistics


class Cache:
    """Results by name in a folder of JSON files; a rerun computes what is not there."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)

    def get(self, name, compute):
        path = os.path.join(self.folder, name.replace("/", "-").replace(" ", "-") + ".json")
        if not os.path.exists(path):
            result = compute()
            with open(path + ".tmp", "w", encoding="utf-8") as file:
                json.dump(result, file, indent=1)
            os.replace(path + ".tmp", path)
        with open(path, encoding="utf-8") as file:
            return json.load(file)


def digest(*parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def cell(found):
    """Means over splits of MPR % / MRR / hits@1 %, with the deviation of MRR between them."""
    found = [metrics for metrics in found if isinstance(metrics, dict)]
    if not found:
        return "-"
    mean = lambda name: statistics.fmean(metrics[name] for metrics in found)
    deviation = f" ±{statistics.stdev(m['mrr'] for m in found):.3f}".replace("0.", ".") if len(found) > 1 else ""
    mrr = f"{mean('mrr'):.3f}".removeprefix("0")
    return f"{100 * mean('mpr'):.2f} / {mrr}{deviation} / {100 * mean('hits1'):.1f}"


def table(head, lines):
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def result_table(tasks, results):
    """results: {line: [{task: metrics} of each split]}"""
    return table(["MPR % / MRR / hits@1 %", *tasks],
                 [[name, *(cell([split.get(task) for split in splits]) for task in tasks)]
                  for name, splits in results.items()])


def parser(description):
    options = argparse.ArgumentParser(description=description,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--command", default="build/release/bin/feat2vec", help="the program under test")
    options.add_argument("--bench", required=True, help="folder of quality.py and tables.py")
    options.add_argument("--data", required=True, help="folder of the tables")
    options.add_argument("--work", default="build/quality", help="folder for splits and cached results")
    options.add_argument("--fold", choices=["validation", "test"], default="validation",
                         help="rows to ask about; choose settings on validation only")
    return options


def note(text):
    print(f"- {text}")
