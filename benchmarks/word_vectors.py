#!/usr/bin/env python3
"""Trains a word-vector library on a table of tokens with one thread and prints its CPU-seconds as JSON:
word_vectors.py fasttext|gensim-sg|gensim-cbow TABLE.txt DIM ROWS

A row is a sentence whose window holds all of it, with 5 noise words; none are left out
for being frequent. What an epoch costs is the cost of
two epochs less the cost of one: reading and counting are in both.
"""
import itertools
import json
import os
import sys
import tempfile


def cpu_seconds():
    times = os.times()
    return times.user + times.system


def train_fasttext(path, dim, window, epochs):
    import fasttext

    fasttext.train_unsupervised(path, model="skipgram", dim=dim, ws=window, neg=5, minCount=1, maxn=0,
                                t=1, epoch=epochs, thread=1, verbose=0)


def train_gensim(path, dim, window, epochs, skipgram):
    from gensim.models import Word2Vec

    Word2Vec(corpus_file=path, vector_size=dim, window=window, negative=5, min_count=1, sg=skipgram,
             sample=0, shrink_windows=False, workers=1, epochs=epochs)


def main():
    kind, path, dim, rows = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    with open(path) as file, tempfile.NamedTemporaryFile("w", suffix=".txt") as part:
        lines = list(itertools.islice(file, rows))
        part.writelines(lines)
        part.flush()
        window = len(lines[0].split()) - 1

        def cost(epochs):
            before = cpu_seconds()
            if kind == "fasttext":
                train_fasttext(part.name, dim, window, epochs)
            else:
                train_gensim(part.name, dim, window, epochs, int(kind == "gensim-sg"))
            return cpu_seconds() - before

        one = cost(1)
        epoch = cost(2) - one
    print(json.dumps({"engine": kind, "rows": len(lines), "cpu_s": [epoch], "cpu_s_whole": one,
                      "rows_per_cpu_s": [len(lines) / epoch]}))


if __name__ == "__main__":
    main()
