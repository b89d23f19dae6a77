"""Tables whose real columns stand beside their bins: netflix titles as quality.py splits them, and those of tables.py and
more_tables.py, read once as they are and once with a `bins` that leaves numbers alone."""
import os
from dataclasses import dataclass

from more_tables import more_tables
from splits import NETFLIX, Split, completed, load_module, prepare, write_rows


@dataclass
class Numbers:
    """Columns of bins, the number column in place of each, and tasks to ask; those of `alone` are asked once more
    with nothing known but bins or numbers."""
    columns: dict
    tasks: list
    alone: list


def beside(bins):
    return {column: f"{column}_number" for column in bins}


NUMBER_TABLES = {
    NETFLIX: Numbers({"year_bin": "release_year", "length_bin": "duration"},
                     ["director_from_row", "genre_from_row", "random_genre_from_row"], ["random_genre_from_row"]),
    "adult": Numbers(beside(["age", "fnlwgt", "hours"]), ["occupation", "education"], ["occupation", "education"]),
    "bank": Numbers(beside(["age", "balance", "duration"]), ["job", "education"], ["job", "education"]),
    "birdstrikes": Numbers(beside(["speed"]), ["aircraft", "airport"], ["aircraft"]),
    "goodbooks": Numbers(beside(["rating", "count"]), ["author"], ["author"]),
}


def read_rows(table, bench, data, bins=None):
    """(the module tables.py with more tables, the rows of a table); `bins` in place of its own."""
    tables = load_module(bench, "tables")
    tables.bins = bins or tables.bins
    tables.TABLES.update(more_tables(tables.bins))
    return tables, list(tables.TABLES[table][0](data))


def as_text(values, _):
    return ["" if value != value else f"{value:.12g}" for value in values]


def prepare_numbers(table, bench, data, seed, fold, work):
    """A split of a table with number columns beside its bins; `source` has all rows."""
    if table == NETFLIX:
        return prepare(table, bench, data, seed, fold, work)
    folder = os.path.join(work, f"{table}-numbers-{seed}-{fold}")
    os.makedirs(folder, exist_ok=True)
    tables, binned = read_rows(table, bench, data)
    _, plain = read_rows(table, bench, data, as_text)
    numbers = NUMBER_TABLES[table].columns
    rows = [{**row, **{number: numeric[column] for column, number in numbers.items()}}
            for row, numeric in zip(binned, plain)]
    tables.TABLES[table] = (lambda _: rows, *tables.TABLES[table][1:])
    training, tests = tables.prepare(table, data, seed, fold)
    write_rows(folder, training)
    judge = load_module(bench, "quality")
    return completed(Split(table, seed, fold, folder, [], tests, judge, rows), numbers.values())
