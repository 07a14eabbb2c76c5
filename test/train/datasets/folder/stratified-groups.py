"""Writes stratified-groups.json: the fold of each group by scikit-learn's StratifiedGroupKFold, without shuffling.

pip install scikit-learn && python stratified-groups.py > stratified-groups.json
"""

import json

import numpy as np
import sklearn
from sklearn.model_selection import StratifiedGroupKFold

cases = []
for seed, (groups, classes, folds, most) in enumerate(
    [(12, 2, 3, 9), (40, 3, 5, 6), (60, 10, 4, 20), (30, 2, 2, 1), (100, 7, 10, 12), (25, 4, 5, 40)]
):
    rng = np.random.default_rng(seed)
    # Classes of unequal size, groups with few of them.
    weights = rng.dirichlet(np.ones(classes))
    y, g = [], []
    for group in range(groups):
        own = rng.dirichlet(0.5 + weights)
        size = rng.integers(1, most + 1)
        y += list(rng.choice(classes, size=size, p=own))
        g += [group] * size
    y, g = np.array(y), np.array(g)
    # Every class is there, and often enough.
    for label in range(classes):
        missing = folds - np.sum(y == label)
        if missing > 0:
            y, g = np.append(y, [label] * missing), np.append(g, rng.integers(0, groups, missing))
    fold_of = {}
    for fold, (_, test) in enumerate(StratifiedGroupKFold(folds).split(np.zeros(len(y)), y, g)):
        for i in test:
            fold_of[int(g[i])] = fold
    counts = [[int(np.sum((g == group) & (y == label))) for label in range(classes)] for group in range(groups)]
    cases.append({"folds": folds, "counts": counts, "fold": [fold_of[group] for group in range(groups)]})
print(json.dumps({"scikit-learn": sklearn.__version__, "cases": cases}))
