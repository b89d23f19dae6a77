"""Writes nce_oracle.json: one tiny NCE batch in float64, every number of it derived by hand.

    python3 tests/goldens/make_nce_oracle.py [FILE]     (numpy only)

score  = offset + sum over pairs i<j of dot products    (the vector of attrs: value @ weights.attrs)
logit  = score - log(k * P2[value drawn])               (P2 = (count + bias)^alpha2, normalised)
loss   = mean over the 1 + k blocks of rows of softplus(-logit) for positives, softplus(logit) else
P1     = parameters^alpha1, normalised
Rows: B positives, then k blocks of B negatives; row b of a block belongs to positive b. A row lists
codes of item, id, attrs (index into attr_values), y.
"""
import json
import os
import sys

import numpy as np

GROUPS = ['item', 'id', 'attrs', 'y']
DIM, B, K = 3, 4, 2
ALPHA1, ALPHA2, BIAS = .5, .25, 10
COUNTS = {
    'item': [40, 25, 3, 0],
    'id': [11, 9, 20, 5, 22, 1],
    'attrs': [30, 1, 1, 16, 20],
    'y': [50, 15, 3],
}
ATTR_VALUES = np.array([[-1.547, 0.859], [0.119, -0.641],
                        [2.0, 0.762], [-1.199, 0.075], [0.577, -0.189]])
WEIGHTS = {
    'item': np.array([
        [0.0008611073502378019, 0.2091218762559289, -0.1918964987535523],
        [-0.623414287130092, -0.31826954962020576, -0.6941525884975236],
        [0.042100521818206935, 0.9381506718881734, -0.3445445629859307],
        [-0.43433242987395826, 0.3428894351296387, 0.24982090571204252],
    ]),
    'id': np.array([
        [0.07378997429852899, -0.6513276312957432, -0.02047627572429144],
        [0.48671223612080144, -0.9409501830995572, -0.3203310327281527],
        [-1.3308559178605908, -0.9026764178494832, -1.2892145264542125],
        [-0.16456379175227687, -0.8872125370105922, 0.18988505117519106],
        [0.1097257606369576, -0.13085166124096806, -1.761731797574359],
        [-0.3770850270926456, -0.03395066178075039, 0.07931629020231529],
    ]),
    'attrs': np.array([
        [-1.0710950358537754, -0.3344272932237514, -0.6849633546396476],
        [-0.5661860675979195, 0.742629036370255, -0.5652742727323276],
    ]),
    'y': np.array([
        [-0.022765193461864418, 0.6190729071682217, -0.4085203029203114],
        [-0.07819136470891173, 0.07732490027463641, 0.04464724197854337],
        [-0.8575390784923853, 0.053298161263905665, 0.9511763952190763],
    ]),
    'offset': np.array([-1.3]),
}
GROUP_OF_POSITIVE = [1, 2, 0, 3]
ROWS = np.array([
    [0, 4, 3, 1], [1, 2, 0, 0], [3, 0, 4, 2], [2, 5, 1, 0],
    [0, 0, 3, 1], [1, 2, 3, 0], [1, 0, 4, 2], [2, 5, 1, 2],
    [0, 2, 3, 1], [1, 2, 4, 0], [0, 0, 4, 2], [2, 5, 1, 1],
])
STEP1 = [
    ('README of the original, y declared with 2 values, offset drops out',
     [100, 500, 30, 20, 0], .5),
    ('y with its true 20 values', [100, 500, 30, 200, 0], .5),
    ('alpha1 = 1', [100, 500, 30, 20, 0], 1.),
    ('alpha1 = 0.25 (notebook; without offset)', [1000, 5000, 300, 200], .25),
]
STEP2 = [([5, 1, 0, 100], .25, 10), ([5, 1, 0, 100], .75, 0),
         ([5, 1, 0, 100], 0., 10), ([5, 1, 0, 100], 1., 10)]


def p1(parameters, alpha1):
    n = np.array(parameters, dtype=float)
    p = np.where(n > 0, n ** alpha1, 0)
    return p / p.sum()


def p2(counts, alpha2, bias):
    n = np.array(counts, dtype=float) + bias
    p = np.where(n > 0, n ** alpha2, 0)
    return p / p.sum()


def softplus(x):
    return np.logaddexp(0, x)


def vectors(weights):
    """[rows, groups, DIM]"""
    return np.stack([ATTR_VALUES[ROWS[:, g]] @ weights[name] if name == 'attrs'
                     else weights[name][ROWS[:, g]] for g, name in enumerate(GROUPS)], axis=1)


def log_noise():
    """log(k P2) of the value that each row holds in the group of its positive."""
    tables = [p2(COUNTS[name], ALPHA2, BIAS) for name in GROUPS]
    group = np.tile(GROUP_OF_POSITIVE, 1 + K)
    return np.array([np.log(K * tables[g][ROWS[r, g]]) for r, g in enumerate(group)])


def scores(weights):
    v = vectors(weights)
    pairs = [(i, j) for i in range(len(GROUPS)) for j in range(i + 1, len(GROUPS))]
    return weights['offset'][0] + sum((v[:, i] * v[:, j]).sum(1) for i, j in pairs)


def gradients(weights, logit, label):
    """d loss / d weights; the loss is a mean of B * (1 + K) terms."""
    delta = (1 / (1 + np.exp(-logit)) - label) / len(logit)
    v = vectors(weights)
    result = {'offset': np.array([delta.sum()])}
    for g, name in enumerate(GROUPS):
        upstream = delta[:, None] * (v.sum(1) - v[:, g])
        if name == 'attrs':
            result[name] = ATTR_VALUES[ROWS[:, g]].T @ upstream
        else:
            result[name] = np.zeros_like(weights[name])
            np.add.at(result[name], ROWS[:, g], upstream)
    return result


def adam_step(weight, gradient, lr=1e-3, beta1=.9, beta2=.999, eps=1e-8):
    """The first step from zero moments."""
    m = (1 - beta1) * gradient / (1 - beta1)
    v = (1 - beta2) * gradient ** 2 / (1 - beta2)
    return weight - lr * m / (np.sqrt(v) + eps)


def plain(value):
    """Arrays as lists; 15 digits, so that the last bit does not depend on the version of numpy."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    return float(f'{value:.15g}') if isinstance(value, float) else value


def oracle():
    label = np.repeat([1., 0.], [B, B * K])
    score, noise = scores(WEIGHTS), log_noise()
    logit = score - noise
    losses = np.where(label > 0, softplus(-logit), softplus(logit))
    gradient = gradients(WEIGHTS, logit, label)
    counts = [WEIGHTS[name].size for name in GROUPS]
    return dict(
        provenance='made by tests/goldens/make_nce_oracle.py',
        d=DIM, B=B, k=K, alpha1=ALPHA1, alpha2=ALPHA2, bias=BIAS, groups=GROUPS,
        param_counts=counts, P1=p1(counts, ALPHA1), counts=COUNTS,
        P2={name: p2(COUNTS[name], ALPHA2, BIAS) for name in GROUPS},
        attr_values=ATTR_VALUES, weights=WEIGHTS, group_of_positive=GROUP_OF_POSITIVE, rows=ROWS,
        labels=label, log_kP2=noise, score=score, logit=logit, row_loss=losses,
        loss=float(losses.mean()), accuracy=float(((logit > 0) == (label > 0)).mean()),
        gradient={name: gradient[name] for name in WEIGHTS},
        weights_after_one_adam_step={name: adam_step(WEIGHTS[name], gradient[name])
                                     for name in WEIGHTS},
        step1_checks=[dict(note=note, params=n, alpha1=a, P1=p1(n, a)) for note, n, a in STEP1],
        p2_checks=[dict(counts=n, alpha2=a, bias=b, P2=p2(n, a, b)) for n, a, b in STEP2],
    )


if __name__ == '__main__':
    here = os.path.dirname(os.path.abspath(__file__))
    target = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, 'nce_oracle.json')
    with open(target, 'w') as file:
        json.dump(plain(oracle()), file, indent=1)
        file.write('\n')
