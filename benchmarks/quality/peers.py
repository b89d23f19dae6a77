"""Vectors that others learn from the same rows: gensim's Skip-gram and CBOW, and PPMI with an SVD. Each
gives scores [items, candidates] of one task; one training serves all tasks of a split."""
import random
from collections import Counter

import numpy as np

from splits import BASKETS, CLOSED, NETFLIX

DIM = 150
# Enough for word vectors to stop gaining, and their learning rates.
EPOCHS = {NETFLIX: 50, "lastfm": 30, "citeulike": 30, "mushroom": 10, "adult": 10}
OTHER_EPOCHS = 100
RATE = {NETFLIX: .05}
OTHER_RATE = .025


def token(column, value):
    return f"{column}={value}"


class ShuffledRows:
    """Sentences of gensim: the tokens of each row in a new order every epoch."""

    def __init__(self, rows, seed):
        self.rows = [[token(c, v) for c, values in row.items() for v in values] for row in rows]
        self.random = random.Random(seed)

    def __iter__(self):
        for row in self.rows:
            self.random.shuffle(row)
            yield row


def train_gensim(split, skipgram):
    from gensim.models import Word2Vec

    rows = ShuffledRows(split.rows, split.seed)
    basket, closed = split.table in BASKETS, split.table in CLOSED
    return Word2Vec(rows, vector_size=DIM, negative=5, ns_exponent=.75, min_count=1, workers=1, sg=skipgram,
                    window=10 if basket else max(map(len, rows.rows)), shrink_windows=False,
                    sample=0 if closed else 1e-3, epochs=EPOCHS.get(split.table, OTHER_EPOCHS),
                    alpha=RATE.get(split.table, OTHER_RATE), seed=split.seed)


def gathered(vectors, place, items, mean):
    """The vectors of each item's known values, added or averaged."""
    out = np.zeros((len(items), vectors.shape[1]), np.float64)
    for n, item in enumerate(items):
        known = [place[token(c, v)] for c, values in item["query"].items() for v in values
                 if token(c, v) in place]
        if known:
            out[n] = vectors[known].sum(0) / (len(known) if mean else 1)
    return out


def cosine(query, targets):
    return query @ (targets / np.maximum(np.linalg.norm(targets, axis=1, keepdims=True), 1e-12)).T


def gensim_scores(model, test, mean):
    """Both readings: cosine of the vectors; input x output, plus log count^.75 of the noise."""
    place = model.wv.key_to_index
    ids = [place[token(test["column"], value)] for value in test["candidates"]]
    query = gathered(model.wv.vectors, place, test["items"], mean)
    counts = np.array([model.wv.get_vecattr(token(test["column"], value), "count")
                       for value in test["candidates"]])
    return {"cosine": cosine(query, model.wv.vectors[ids]),
            "in x out": query @ model.syn1neg[ids].T.astype(np.float64) + .75 * np.log(counts)}


class Ppmi:
    """Positive pointwise mutual information of values in one row (contexts smoothed by ^.75), reduced by
    an SVD to U √S."""

    def __init__(self, split):
        from scipy.sparse import csr_matrix
        from scipy.sparse.linalg import svds

        rows = [[token(c, v) for c, values in row.items() for v in values] for row in split.rows]
        counts = Counter(t for row in rows for t in row)
        self.place = {t: n for n, t in enumerate(counts)}
        held = csr_matrix((np.ones(sum(map(len, rows))), [self.place[t] for row in rows for t in row],
                           np.concatenate([[0], np.cumsum([len(row) for row in rows])])),
                          (len(rows), len(self.place)))
        both = (held.T @ held).tocsr()
        both.setdiag(0)
        both.eliminate_zeros()
        both = both.tocoo()
        sums = np.asarray(both.sum(1)).ravel()
        context = sums ** .75 / (sums ** .75).sum()
        pmi = np.log(both.data / np.maximum(sums[both.row], 1) / context[both.col])
        positive = csr_matrix((np.maximum(pmi, 0), (both.row, both.col)), both.shape)
        u, s, _ = svds(positive, k=min(DIM, len(self.place) - 1), random_state=split.seed)
        self.vectors = u * np.sqrt(s)

    def scores(self, test):
        ids = [self.place[token(test["column"], value)] for value in test["candidates"]]
        return cosine(gathered(self.vectors, self.place, test["items"], False), self.vectors[ids])
