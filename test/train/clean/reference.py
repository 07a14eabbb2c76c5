"""Writes reference.json: what cleanlab says of labels that were flipped, by probabilities that a program drew.

pip install cleanlab && python reference.py > reference.json
"""

import json

import cleanlab
import numpy as np
from cleanlab.count import compute_confident_joint, get_confident_thresholds
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores

cases = []
# Pictures, classes, how sure the network is; the last class of the third case has no picture.
for seed, (n, classes, sure, given) in enumerate([(80, 3, 3, 3), (120, 10, 4, 10), (60, 4, 2, 3), (40, 2, 0.5, 2)]):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, given, n)
    labels = np.where(rng.random(n) < 0.15, rng.integers(0, given, n), truth)
    # Of some classes it is less sure: then several probabilities reach their thresholds, or another than the largest does.
    of_class = sure * np.linspace(0.1, 1.5, classes)
    logits = 1.5 * rng.normal(size=(n, classes)) + of_class[truth][:, None] * np.eye(classes)[truth]
    # 256ths, so that some are equal, and their sums are what they should be to the bit.
    probs = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    probs = np.round(probs * 256)
    probs[np.arange(n), probs.argmax(1)] += 256 - probs.sum(1)
    probs /= 256
    cases.append(
        {
            "labels": labels.tolist(),
            "probabilities": (probs * 256).astype(int).tolist(),
            "thresholds": [None if c not in labels else float(t) for c, t in enumerate(get_confident_thresholds(labels, probs))],
            "joint": compute_confident_joint(labels, probs, calibrate=False).tolist(),
            "issues": np.flatnonzero(find_label_issues(labels, probs, filter_by="confident_learning", n_jobs=1)).tolist(),
            "margins": get_label_quality_scores(labels, probs, method="normalized_margin").tolist(),
        }
    )
print(json.dumps({"cleanlab": cleanlab.__version__, "cases": cases}))
