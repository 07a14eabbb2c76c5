# fastai's learning-rate finder by its published definitions, in NumPy. Reads {losses, steps, from, to}, writes JSON.
import json
import sys

import numpy as np

task = json.load(sys.stdin)
steps = task["steps"]
raw = np.array(task["losses"], dtype=np.float64)

# SchedExp(start, end) at the share of steps that is done; AvgSmoothLoss with beta 0.98, debiased.
rates = task["from"] * (task["to"] / task["from"]) ** (np.arange(len(raw)) / steps)
smooth, value = [], 0.0
for i, loss in enumerate(raw):
    value = loss + 0.98 * (value - loss)
    smooth.append(value / (1 - 0.98 ** (i + 1)))
    if smooth[-1] > 4 * min(smooth):
        break
smooth = np.array(smooth)
rates = rates[: len(smooth)]

lrs, losses = rates[steps // 10 : -5], smooth[steps // 10 : -5]


def valley():
    """The longest falling subsequence: its last member, and as many places before that as it is long."""
    n = len(losses)
    length = np.ones(n, dtype=int)
    start = end = 0
    for i in range(1, n):
        for j in range(i):
            if losses[i] < losses[j]:
                length[i] = max(length[i], length[j] + 1)
            if length[i] > length[end]:
                end, start = i, i - length[i]
    third = (end - start) / 3
    return lrs[start + int(third) + int(third / 2)]


def slide(apart=15, threshold=0.005):
    slopes = np.gradient(losses)
    right, left = -1, -1 - apart
    rate = lrs[left]
    while left >= -len(losses) and abs(slopes[right] - slopes[left]) > threshold:
        rate = lrs[left]
        right, left = right - 1, left - 1
    return rate


def minimum():
    return lrs[np.argmin(losses)] / 10


def steepest():
    return lrs[np.argmin(np.diff(losses) / np.diff(np.log(lrs)))]


json.dump(
    {
        "learningRates": rates.tolist(),
        "losses": smooth.tolist(),
        "suggestions": {f.__name__: float(f()) for f in (valley, slide, minimum, steepest)},
    },
    sys.stdout,
)
