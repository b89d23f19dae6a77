#!/usr/bin/env python3
"""Writes the tables of the benchmarks, always the same.

wide   200,000 rows, 10 columns, 205,553 values, Zipf(0.9)
large  2,000,000 rows, 8 columns, 1.35 million values, Zipf(0.75)
hot    200,000 rows, 8 columns with 2, 2, 2, 3, 5, 20, 1000 and 35,000 values
seed   100,000 rows, 3 columns with 10, 50 and 20 values and three numbers: the worked example of the
       original Feat2Vec, whose last column is a noisy function of all others

The columns of a row of the others share a hidden cluster, so that there is something to learn. Each table
is written as NAME.ids (int32: rows, columns, values of each column, then the ids by row), NAME.csv, and
NAME.txt with one token a value for word2vec and its kind; numbers as NAME.numbers (float32, by row).
"""
import argparse
import pathlib

import numpy as np

CLUSTERS = 32


def zipf(rng, values, rows, exponent):
    sums = np.cumsum(1.0 / np.arange(1, values + 1) ** exponent)
    return np.searchsorted(sums / sums[-1], rng.random(rows))


def clustered(rng, cluster, values, rows, exponent):
    """A Zipf column; half of its values move to the place of the row's cluster among their neighbours."""
    ids = zipf(rng, values, rows, exponent)
    moved = rng.random(rows) < 0.5
    if values >= 2 * CLUSTERS:
        near = ids // CLUSTERS * CLUSTERS + cluster
        ids = np.where(moved & (near < values), near, ids)
    else:
        ids = np.where(moved, cluster % values, ids)
    ids = rng.permutation(values)[ids]  # how frequent a value is must not show in its id
    return np.unique(ids, return_inverse=True)[1].astype(np.int32)


def zipf_table(rows, sizes, exponent, seed):
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, CLUSTERS, rows)
    return np.stack([clustered(rng, cluster, size, rows, exponent) for size in sizes], 1)


def seed_table():
    """Returns the ids and the numbers."""
    rng = np.random.RandomState(1)
    rows = 100_000
    first, second = rng.multivariate_normal([0, 0], [[1, 0.1], [0.1, 1]], rows).T
    item, user, third = rng.randint(0, 10, rows), rng.randint(0, 50, rows), rng.uniform(size=rows)
    latent = third**4 / 600 + np.exp(first * second) - 5 + np.pi * (item <= 3)
    latent += second * np.isin(item, (7, 8)) - third * np.isin(item, (2, 4)) + first * (item >= 6)
    latent += user % 3 * third + rng.normal(size=rows)
    y = np.floor(np.where(np.abs(latent) < 10, latent, 0)).astype(int)
    ids = np.stack([np.unique(c, return_inverse=True)[1] for c in (item, user, y)], 1)
    return ids.astype(np.int32), np.stack([first, second, third], 1).astype(np.float32)


TABLES = {
    "wide": lambda: zipf_table(
        200_000, [150_000, 90_000, 60_000, 45_000, 22_000, 8_000, 1_000, 200, 50, 10], 0.9, 2),
    "large": lambda: zipf_table(
        2_000_000, [2_600_000, 330_000, 100_000, 10_000, 1_000, 100, 20, 5], 0.75, 3),
    "hot": lambda: zipf_table(200_000, [2, 2, 2, 3, 5, 20, 1000, 35_000], 0.9, 4),
    "seed": seed_table,
}


def write(path, ids, numbers):
    rows, columns = ids.shape
    with open(path.with_suffix(".ids"), "wb") as file:
        np.array([rows, columns, *(ids.max(0) + 1)], np.int32).tofile(file)
        np.ascontiguousarray(ids).tofile(file)
    if numbers.shape[1] > 0:
        numbers.tofile(path.with_suffix(".numbers"))
    names = [f"c{c}" for c in range(columns)] + [f"a{c}" for c in range(numbers.shape[1])]
    with open(path.with_suffix(".csv"), "w") as csv, open(path.with_suffix(".txt"), "w") as text:
        csv.write(",".join(names) + "\n")
        for row, real in zip(ids.tolist(), numbers.tolist()):
            csv.write(",".join([*(f"v{value}" for value in row), *(f"{x:.9g}" for x in real)]) + "\n")
            text.write(" ".join(f"c{c}_{value}" for c, value in enumerate(row)) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(TABLES)} (default: all)")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.tables if name not in TABLES]:
        parser.error(f"expected tables of {', '.join(TABLES)}, received {', '.join(unknown)}")
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.tables or TABLES:
        table = TABLES[name]()
        ids, numbers = table if isinstance(table, tuple) else (table, np.empty((len(table), 0)))
        write(folder / name, ids, numbers)
        print(name, "rows", len(ids), "values", (ids.max(0) + 1).tolist())


if __name__ == "__main__":
    main()
