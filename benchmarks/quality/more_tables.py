"""Tables beside those of tables.py, in its form: {name: (reader, minimum counts, tasks)}. No setting was
chosen on them before they were added, and only validation folds are asked."""
import csv
import os


def birdstrikes(bins):
    """Bird strikes of the FAA: where, to whom, by what."""
    def read(data):
        path = os.path.join(data, "birdstrikes", "birdstrikes.csv")
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        speed = bins([float(row["Speed IAS in knots"] or "nan") for row in rows], 8)
        columns = {"airport": "Airport Name", "aircraft": "Aircraft Make Model", "operator": "Aircraft Airline Operator",
                   "state": "Origin State", "phase": "Phase of flight", "size": "Wildlife Size",
                   "species": "Wildlife Species", "time": "Time of day", "damage": "Effect Amount of damage"}
        for n, row in enumerate(rows):
            year, month, _ = row["Flight Date"].split("-")
            yield {**{name: [row[column]] for name, column in columns.items()},
                   "year": [year], "month": [month], "speed": [speed[n]]}
    return read


def bank(bins):
    """Customers of a Portuguese bank and how they answered its calls."""
    def read(data):
        path = os.path.join(data, "bank-marketing", "bank.csv")
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        binned = {column: bins([float(row[column]) for row in rows], 10) for column in ("age", "balance", "duration")}
        left_out = ["day", "pdays", "previous"]
        for n, row in enumerate(rows):
            yield {column: [binned[column][n] if column in binned else value] for column, value in row.items()
                   if column not in left_out}
    return read


def more_tables(bins):
    """`bins` is that of tables.py: values to quantile bins."""
    no_state = ["aircraft", "operator", "phase", "size", "species", "time", "damage", "year", "month", "speed"]
    return {
        "birdstrikes": (birdstrikes(bins), {}, {"aircraft": ("aircraft", None, 0), "airport": ("airport", no_state, 0)}),
        "bank": (bank(bins), {}, {"job": ("job", None, 0), "education": ("education", None, 0)}),
    }
