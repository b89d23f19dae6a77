"""Tables split into rows to train on and questions about hidden rows, by the scripts quality.py and
tables.py in the folder that --bench names."""
import csv
import importlib.util
import json
import os
import random
from dataclasses import dataclass

from more_tables import more_tables

NETFLIX = "netflix"
TABLES = ["goodbooks", "wikimovies", "lastfm", "citeulike", "mushroom", "adult"]
MORE_TABLES = ["birdstrikes", "bank"]  # to choose settings on
NOT_LEARNED = {NETFLIX: ["release_year", "duration", "description"]}  # numbers and text; bins stand for them
BASKETS = ["lastfm", "citeulike"]
CLOSED = ["mushroom", "adult"]  # every column has few values, one a row


@dataclass
class Split:
    """One table, seed and fold. `tests` is what test.json holds: for each task its column, candidates
    and items with query, target and what else is right."""
    table: str
    seed: int
    fold: str
    folder: str
    rows: list  # of {column: [values]}, to train on
    tests: dict
    judge: object  # the module quality.py
    source: list  # of {column: [values]}, hidden rows too; items of netflix name theirs by `row`

    @property
    def train(self):
        return os.path.join(self.folder, "train.csv")

    @property
    def questions(self):
        return os.path.join(self.folder, "test.json")

    @property
    def name(self):
        return f"{self.table}-{self.seed}-{self.fold}"

    def judged(self, task, scores):
        """What quality.py says of the scores [items, candidates] of a task; shares in 0..1."""
        test = self.tests[task]
        targets = [item["target"] for item in test["items"]]
        found = self.judge.metrics(scores, targets, [item.get("exclude", ()) for item in test["items"]])
        return {"n": found["n"], "mpr": float(found["MPR"]) / 100, "mrr": float(found["MRR"]),
                "hits1": float(found["hits1"]) / 100, "hits10": float(found["hits10"]) / 100}


def load_module(bench, name):
    path = os.path.join(bench, name + ".py")
    if not os.path.exists(path):
        raise SystemExit(f"skipped: {path} is not there")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def random_genres(rows, hidden, test, seed):
    """The task `genre_from_row` with a random genre of the row for an answer: netflix lists genres in
    alphabetical order, so that the first one says more than it should."""
    place = {value: n for n, value in enumerate(test["candidates"])}
    items = []
    for item in test["items"]:
        known = [v for v in rows[item["row"]][test["column"]] if v in place]
        drawn = random.Random(f"{seed} {item['row']}").choice(known)
        items.append({**item, "target": place[drawn]})
    return {**test, "items": items}


def prepare_netflix(bench, data, seed, fold, folder):
    judge = load_module(bench, "quality")
    path = os.path.join(data, "netflix-titles", "netflix_titles.csv")
    if not os.path.exists(path):
        raise SystemExit(f"skipped: {path} is not there")
    rows, train, hidden, tests = judge.split(path, NETFLIX, seed, fold)
    tests["random_genre_from_row"] = random_genres(rows, hidden, tests["genre_from_row"], seed)
    judge.write_train(os.path.join(folder, "train.csv"), rows, train, judge.SPECS[NETFLIX])
    return judge, tests, rows


def prepare_table(table, bench, data, seed, fold, folder):
    judge, tables = load_module(bench, "quality"), load_module(bench, "tables")
    tables.TABLES.update(more_tables(tables.bins))
    try:
        rows, tests = tables.prepare(table, data, seed, fold)
    except FileNotFoundError as missing:
        raise SystemExit(f"skipped: {table}: {missing.filename} is not there")
    write_rows(folder, rows)
    return judge, tests, rows


def write_rows(folder, rows):
    with open(os.path.join(folder, "train.csv"), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(list(rows[0]))
        writer.writerows([["|".join(values) for values in row.values()] for row in rows])


def prepare(table, bench, data, seed, fold, work):
    """Makes train.csv, schema.json and test.json below the folder `work`."""
    folder = os.path.join(work, f"{table}-{seed}-{fold}")
    os.makedirs(folder, exist_ok=True)
    if table == NETFLIX:
        judge, tests, source = prepare_netflix(bench, data, seed, fold, folder)
    else:
        judge, tests, source = prepare_table(table, bench, data, seed, fold, folder)
    return completed(Split(table, seed, fold, folder, [], tests, judge, source), NOT_LEARNED.get(table, []))


def completed(split, not_learned):
    """The split with its questions and schema written, and the rows of its train.csv."""
    with open(split.questions, "w", encoding="utf-8") as file:
        json.dump(split.tests, file, ensure_ascii=False)
    with open(split.train, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            split.rows.append({column: [v for v in cell.split("|") if v] for column, cell in row.items()
                               if column not in not_learned})
    with open(os.path.join(split.folder, "schema.json"), "w", encoding="utf-8") as file:
        json.dump(schema(split.rows), file, ensure_ascii=False, indent=1)
    return split


def schema(rows):
    """A column with several values in some row is a bag; an empty cell says nothing."""
    features = []
    for column in rows[0]:
        bag = any(len(row[column]) > 1 for row in rows)
        feature = {"name": column, "kind": "bag" if bag else "categorical", "columns": [column],
                   "missing": "leave_out"}
        features.append({**feature, "separator": "|"} if bag else feature)
    return {"features": features}
