#!/usr/bin/env python3
"""Real columns as bins, as numbers, and left out, and for netflix the description as a text: what the reader finds,
as a Markdown table.

  run_numbers.py --bench DIR --data DIR [--tables adult,bank] [--fold test] [--seeds 1,2,3] [--variants bins,numbers]

Everything is computed once and kept below --work, as run_netflix.py does. The questions are the same in all lines: what
is known of a hidden row is the columns that the line learns; in columns named "from numbers", the bins or numbers alone.
"""
import dataclasses
import json
import os

import lines
from number_tables import NUMBER_TABLES, prepare_numbers
from program import Program
from report import Cache, parser, result_table
from run import add_options
from splits import NETFLIX

TEXT = ["description"]


@dataclasses.dataclass
class Variant:
    """How a line learns the real columns: features by column, and the same for a text."""
    title: str
    bins: bool = False
    numbers: dict = None  # settings of the features, in place of bins
    text: dict = None

    def columns(self, table):
        """{column: its feature in the schema, or None as it stands there}"""
        found = dict.fromkeys(NUMBER_TABLES[table].columns) if self.bins else {}
        if self.numbers is not None:
            found = {column: {"kind": "numeric", **self.numbers} for column in NUMBER_TABLES[table].columns.values()}
        if self.text is not None:
            found.update({column: {"kind": "text", **self.text} for column in TEXT})
        return found


VARIANTS = {
    "neither": Variant("no real column"),
    "bins": Variant("bins", bins=True),
    "numbers": Variant("numbers on a line", numbers={"knots": 0}),
    "knots": Variant("numbers with 16 knots", numbers={"knots": 16}),
    "text": Variant("bins and description", bins=True, text={}),
    "text-target": Variant("bins and description, a target too", bins=True, text={"target": True}),
}


def item_of(split, item, columns, rest=True):
    """The item with what the line knows; `rest`: with the columns that all lines know."""
    bins, cells = NUMBER_TABLES[split.table].columns, split.source[item["row"]]
    query = {column: values for column, values in item["query"].items()
             if rest and column not in bins and column not in bins.values()}
    for column, feature in columns.items():
        values = item["query"].get(column, []) if feature is None else [value for value in cells[column] if value]
        if column in TEXT:
            values = [" ".join(values)] if values and rest else []
        if values:
            query[column] = values
    return {**item, "query": query}


def tests_of(split, columns):
    numbers, tests = NUMBER_TABLES[split.table], {}
    for task in numbers.tasks:
        test = split.tests[task]
        tests[task] = {**test, "items": [item_of(split, item, columns) for item in test["items"]]}
        alone = [item_of(split, item, columns, rest=False) for item in test["items"]]
        if task in numbers.alone and any(item["query"] for item in alone):
            tests[f"{task} from numbers"] = {**test, "items": [item for item in alone if item["query"]]}
    return tests


def variant_of(split, name):
    """The split with the columns of a variant, in a folder of its own."""
    columns = VARIANTS[name].columns(split.table)
    folder = os.path.join(split.folder, name)
    os.makedirs(folder, exist_ok=True)
    made = dataclasses.replace(split, table=f"{split.table}-{name}", folder=folder, tests=tests_of(split, columns))
    with open(os.path.join(split.folder, "schema.json"), encoding="utf-8") as file:
        plain = json.load(file)["features"]
    bins = NUMBER_TABLES[split.table].columns
    features = [feature for feature in plain if feature["name"] not in bins or feature["name"] in columns]
    features += [{"name": column, "missing": "leave_out", **feature} for column, feature in columns.items() if feature]
    with open(os.path.join(folder, "schema.json"), "w", encoding="utf-8") as file:
        json.dump({"features": features}, file, indent=1)
    with open(made.questions, "w", encoding="utf-8") as file:
        json.dump(made.tests, file, ensure_ascii=False)
    if not os.path.lexists(made.train):
        os.symlink(os.path.abspath(split.train), made.train)
    return made


def run(table, options):
    program, cache = Program(options.command), Cache(options.work + "/results")
    readouts, results, tasks = options.readouts.split(","), {}, {}
    for seed in map(int, options.seeds.split(",")):
        split = prepare_numbers(table, options.bench, options.data, seed, options.fold, options.work)
        for name in options.variants.split(","):
            if VARIANTS[name].text is not None and table != NETFLIX:
                continue
            made = variant_of(split, name)
            found = lines.ours(cache, program, made, options.train_args, readouts)
            tasks.update(dict.fromkeys(made.tests))
            for readout, of_readout in found["readouts"].items():
                results.setdefault(f"{VARIANTS[name].title}, {readout}", []).append(of_readout)
    print(f"\n### {table}, {options.fold} fold, seeds {options.seeds}, `train {options.train_args}`\n")
    print(result_table(list(tasks), results))


def main():
    options = parser(__doc__)
    add_options(options, seeds="1,2,3")
    options.add_argument("--tables", default=",".join(NUMBER_TABLES), help="default %(default)s")
    options.add_argument("--variants", default="neither,bins,numbers,knots,text", help="default %(default)s")
    options.set_defaults(readouts="mixture,reader")
    options = options.parse_args()
    for table in options.tables.split(","):
        run(table, options)


if __name__ == "__main__":
    main()
