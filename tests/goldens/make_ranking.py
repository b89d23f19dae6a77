"""Writes ranking.json: ranks of random scores with many ties, by their definition.

    python3 tests/goldens/make_ranking.py [FILE]     (standard library only)

Each question puts the candidates that are not excluded in order, best first, once for every place
that the right one can have among those of its score, and averages over these places.
"""
import json
import os
import random
import statistics
import sys


def places(scores, target, excluded):
    """Every place of the right candidate, each as likely as the others."""
    others = [i for i in range(len(scores)) if i != target and i not in excluded]
    tied = [i for i in others if scores[i] == scores[target]]
    found = []
    for before in range(len(tied) + 1):  # how many of its score stand before it
        keys = {target: (-scores[target], 1)}
        keys.update((i, (-scores[i], 0 if i in tied[:before] else 2)) for i in others)
        found.append(sorted(keys, key=keys.get).index(target))
    return found


def main():
    generator = random.Random(7)
    candidates, questions, ranks = 23, [], []
    for _ in range(40):
        levels = generator.choice([1, 3, 8, 1000])
        scores = [generator.randrange(levels) / 4 for _ in range(candidates)]
        target = generator.randrange(candidates)
        excluded = sorted(generator.sample([i for i in range(candidates) if i != target],
                                           generator.randrange(4)))
        questions.append({"scores": scores, "target": target, "excluded": excluded})
        ranks.append(places(scores, target, excluded))
    mean = lambda score: statistics.fmean(statistics.fmean(map(score, found)) for found in ranks)
    golden = {
        "provenance": "made by tests/goldens/make_ranking.py",
        "candidates": candidates,
        "questions": questions,
        "mpr": mean(lambda place: place / candidates),
        "median_rank": statistics.median(map(statistics.fmean, ranks)),
        "mrr": mean(lambda place: 1 / (1 + place)),
        "hits1": mean(lambda place: place < 1),
        "hits10": mean(lambda place: place < 10),
    }
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "ranking.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
