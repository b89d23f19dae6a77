"""Baselines that count and learn nothing. Each gives scores [items, candidates] of one task."""
from collections import Counter, defaultdict

import numpy as np


class Counts:
    """How often values lie in one row with the candidates of a task."""

    def __init__(self, rows, test):
        column = test["column"]
        place = {value: n for n, value in enumerate(test["candidates"])}
        together, self.rows_of = defaultdict(Counter), Counter()
        self.popularity = np.zeros(len(place))
        for row in rows:
            targets = [place[value] for value in row[column]]
            self.popularity[targets] += 1
            for c, values in row.items():
                for value in values:
                    self.rows_of[c, value] += 1
                    together[c, value].update(targets)
        self.together = {key: (np.fromiter(found, int, len(found)), np.fromiter(found.values(), float, len(found)))
                         for key, found in together.items()}
        self.rows = len(rows)
        self.items = test["items"]

    def scores(self, weight):
        """Σ_c weight(co, n_c, n_t) over the known values c; a millionth of popularity breaks ties."""
        out = np.zeros((len(self.items), len(self.popularity)))
        for n, item in enumerate(self.items):
            for c, values in item["query"].items():
                for value in values:
                    targets, both = self.together.get((c, value), (np.zeros(0, int), np.zeros(0)))
                    out[n, targets] += weight(both, self.rows_of[c, value], self.popularity[targets])
        return out + 1e-6 * self.popularity / self.popularity.sum()


def count_scores(rows, test):
    """The scores of every weighting, by name."""
    counts = Counts(rows, test)
    return {
        "popularity": np.tile(counts.popularity, (len(test["items"]), 1)),
        "counts": counts.scores(lambda both, n_c, n_t: both / n_c),
        "counts ^.25": counts.scores(lambda both, n_c, n_t: both / (n_c ** .75 * n_t ** .25)),
        "counts PMI": counts.scores(lambda both, n_c, n_t: np.log1p(both / n_c / (n_t / counts.rows))),
        "item cosine": counts.scores(lambda both, n_c, n_t: both / np.sqrt(n_c * n_t)),
    }


def naive_bayes(rows, test, smooth=1.0):
    """log P(t) + Σ log P(value | t), for rows with one value of the target."""
    counts = Counts(rows, test)
    sizes = Counter(column for column, _ in counts.rows_of)
    out = np.tile(np.log(counts.popularity), (len(test["items"]), 1))
    for n, item in enumerate(test["items"]):
        for column, values in item["query"].items():
            for value in values:
                both = np.zeros(len(counts.popularity))
                targets, found = counts.together[column, value]
                both[targets] = found
                out[n] += np.log((both + smooth) / (counts.popularity + smooth * sizes[column]))
    return out


def logistic_regression(rows, test, l2=1.0):
    """A softmax over all candidates, linear in the other columns' values; needs SciPy."""
    from scipy.optimize import minimize

    column = test["column"]
    known = sorted({(c, v) for row in rows for c, values in row.items() if c != column for v in values})
    place = {key: n for n, key in enumerate(known)}
    answer = {value: n for n, value in enumerate(test["candidates"])}
    rows = [row for row in rows if row[column]]

    def one_hot(queries):
        x = np.zeros((len(queries), len(place) + 1), np.float32)
        x[:, -1] = 1
        for n, query in enumerate(queries):
            for c, values in query.items():
                x[n, [place[c, v] for v in values if (c, v) in place]] = 1
        return x

    x, y = one_hot(rows), np.array([answer[row[column][0]] for row in rows])
    targets = np.eye(len(answer), dtype=np.float32)[y]

    def loss(flat):
        w = flat.reshape(len(place) + 1, len(answer)).astype(np.float32)
        z = x @ w
        z -= z.max(1, keepdims=True)
        log_sum = np.log(np.exp(z).sum(1, keepdims=True))
        value = float((log_sum[:, 0] - z[np.arange(len(y)), y]).sum()) + l2 / 2 * float((w[:-1] ** 2).sum())
        gradient = x.T @ (np.exp(z - log_sum) - targets)
        gradient[:-1] += l2 * w[:-1]
        return value, gradient.astype(np.float64).ravel()

    start = np.zeros((len(place) + 1) * len(answer))
    w = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return one_hot([item["query"] for item in test["items"]]) @ w.reshape(len(place) + 1, -1)
