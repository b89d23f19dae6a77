#!/usr/bin/env python3
"""Netflix titles with year and length as bins, as numbers, and left out, and with the description as a
text: what the reader finds, as a Markdown table.

  run_numbers.py --bench DIR --data DIR [--fold test] [--seeds 1,2,3] [--variants bins,numbers]

Everything is computed once and kept below --work, as run_netflix.py does. The questions are the same in
all lines: what is known of a hidden row is the columns that the line learns.
"""
import dataclasses
import json
import os

import lines
from program import Program
from report import Cache, parser, result_table
from run import add_options
from splits import NETFLIX, prepare

BINS, NUMBERS, TEXT = ["year_bin", "length_bin"], ["release_year", "duration"], ["description"]
KINDS = {**dict.fromkeys(NUMBERS, {"kind": "numeric"}), **dict.fromkeys(TEXT, {"kind": "text"})}
TASKS = ["director_from_row", "genre_from_row", "random_genre_from_row"]
FROM_NUMBERS = "random_genre_from_year_and_length"  # these columns alone


@dataclasses.dataclass
class Variant:
    """Columns in place of the bins, and settings of theirs in the schema."""
    title: str
    columns: list
    settings: dict = dataclasses.field(default_factory=dict)

    def feature(self, column):
        return {"name": column, "missing": "leave_out", **KINDS[column], **self.settings.get(column, {})}


VARIANTS = {
    "neither": Variant("neither year nor length", []),
    "bins": Variant("bins", BINS),
    "numbers": Variant("numbers on a line", NUMBERS),
    "knots": Variant("numbers with 16 knots", NUMBERS, dict.fromkeys(NUMBERS, {"knots": 16})),
    "text": Variant("bins and description", BINS + TEXT),
    "text-target": Variant("bins and description, a target too", BINS + TEXT, {"description": {"target": True}}),
}


def known(column, values):
    """The values of a cell as a question gives them; a text is one."""
    return [" ".join(values)] if column in TEXT and values else values


def item_of(split, item, variant, rest=True):
    """`rest`: with the columns that all variants know."""
    cells = split.source[item["row"]]
    query = {column: values for column, values in item["query"].items() if rest and column not in BINS}
    for column in variant.columns:
        values = item["query"].get(column) if column in BINS else known(column, cells[column])
        if values and (rest or column not in TEXT):
            query[column] = values
    return {**item, "query": query}


def tests_of(split, variant):
    made = {task: {**split.tests[task], "items": [item_of(split, item, variant) for item in split.tests[task]["items"]]}
            for task in TASKS}
    alone = split.tests["random_genre_from_row"]
    items = [item_of(split, item, variant, rest=False) for item in alone["items"]]
    if all(item["query"] for item in items):
        made[FROM_NUMBERS] = {**alone, "items": items}
    return made


def variant_of(split, name):
    """The split with the columns of a variant, in a folder of its own."""
    variant = VARIANTS[name]
    folder = os.path.join(split.folder, name)
    os.makedirs(folder, exist_ok=True)
    tests = tests_of(split, variant)
    made = dataclasses.replace(split, table=f"{split.table}-{name}", folder=folder, tests=tests)
    with open(os.path.join(split.folder, "schema.json"), encoding="utf-8") as file:
        plain = json.load(file)["features"]
    features = [feature for feature in plain if feature["name"] not in BINS or feature["name"] in variant.columns]
    features += [variant.feature(column) for column in variant.columns if column not in BINS]
    with open(os.path.join(folder, "schema.json"), "w", encoding="utf-8") as file:
        json.dump({"features": features}, file, indent=1)
    with open(made.questions, "w", encoding="utf-8") as file:
        json.dump(tests, file, ensure_ascii=False)
    if not os.path.lexists(made.train):
        os.symlink(os.path.abspath(split.train), made.train)
    return made


def main():
    options = parser(__doc__)
    add_options(options, seeds="1,2,3")
    options.add_argument("--variants", default="neither,bins,numbers,knots,text", help="default %(default)s")
    options.set_defaults(readouts="mixture,reader")
    options = options.parse_args()
    program, cache = Program(options.command), Cache(options.work + "/results")
    readouts, results = options.readouts.split(","), {}
    for seed in map(int, options.seeds.split(",")):
        split = prepare(NETFLIX, options.bench, options.data, seed, options.fold, options.work)
        for name in options.variants.split(","):
            found = lines.ours(cache, program, variant_of(split, name), options.train_args, readouts)
            for readout, tasks in found["readouts"].items():
                results.setdefault(f"{VARIANTS[name].title}, {readout}", []).append(tasks)
    print(f"\n### {NETFLIX}, {options.fold} fold, seeds {options.seeds}, `train {options.train_args}`\n")
    print(result_table([*TASKS, FROM_NUMBERS], results))


if __name__ == "__main__":
    main()
