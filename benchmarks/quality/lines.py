"""The lines of a result table: {name: {task: metrics}} of one split, computed once and cached."""
import peers
from counting import count_scores, logistic_regression, naive_bayes
from program import judged
from report import digest
from splits import CLOSED


def ours(cache, program, split, flags, readouts):
    """Our read-outs, and the seconds that training took."""
    name = f"{split.name}-ours-{digest(program.digest, flags, *readouts)}"
    return cache.get(name, lambda: {"flags": flags, **judged(program, split, flags, readouts)})


def baselines(cache, split):
    def compute():
        lines = {}
        for task, test in split.tests.items():
            for name, scores in count_scores(split.rows, test).items():
                lines.setdefault(name, {})[task] = split.judged(task, scores)
        return lines

    return cache.get(f"{split.name}-counts", compute)


def gensim_lines(split, skipgram):
    model = peers.train_gensim(split, skipgram)
    lines = {}
    for task, test in split.tests.items():
        for reading, scores in peers.gensim_scores(model, test, mean=not skipgram).items():
            name = f"{'Skip-gram' if skipgram else 'CBOW'} {peers.DIM}, {reading}"
            lines.setdefault(name, {})[task] = split.judged(task, scores)
    return lines


def ppmi_lines(split):
    model = peers.Ppmi(split)
    return {f"PPMI + SVD {peers.DIM}": {task: split.judged(task, model.scores(test))
                                        for task, test in split.tests.items()}}


def classifier_lines(split, name, scores):
    return {name: {task: split.judged(task, scores(split.rows, test)) for task, test in split.tests.items()}}


def others(cache, split):
    """The learned baselines, and a note for each that cannot run here."""
    jobs = {"skipgram": lambda: gensim_lines(split, 1), "cbow": lambda: gensim_lines(split, 0),
            "ppmi": lambda: ppmi_lines(split)}
    if split.table in CLOSED:
        jobs["naive-bayes"] = lambda: classifier_lines(split, "naive Bayes", naive_bayes)
        jobs["logistic"] = lambda: classifier_lines(split, "logistic regression (supervised)",
                                                    logistic_regression)
    lines, notes = {}, []
    for name, compute in jobs.items():
        try:
            lines.update(cache.get(f"{split.name}-{name}", compute))
        except ImportError as missing:
            notes.append(f"skipped: {name} needs {missing.name}, which is not installed")
    return lines, notes
