"""Separates the digit from the rest of the ink: noise, specks, edges."""

from dataclasses import dataclass

import numpy as np

# Levels by which ink must stand out from the paper.
_MIN_CONTRAST = 20

# Standard deviation of normal noise, in units of its median absolute deviation.
_SIGMA = 1.4826

# Noise below this, in levels, is none: the picture was drawn, not photographed.
_CLEAN = 0.5

# A component with at least this share of the largest one's mass belongs to the digit.
_MIN_MASS = 0.04

# The level of a pen: this quantile of what is above the threshold. One at least so dark is taken as it is.
_PEN, _DARK = 0.9, 224

Box = tuple[int, int, int, int]


def digit_region(ink: np.ndarray) -> tuple[np.ndarray, Box] | None:
    """The digit alone, [H,W] float32 from 0 to 255, and the box around it: left, top, right, bottom. None: no digit."""
    median = _quantile(ink, 0.5)
    noise = _SIGMA * _quantile(np.abs(ink - np.float32(median)), 0.5)
    threshold, low, high = _otsu(_histogram(ink))
    if high - low < max(_MIN_CONTRAST, 4 * noise):
        return None
    clean = noise < _CLEAN
    above = 0 if clean else max(median + 4 * noise, low + 0.25 * (high - low))
    label, n = _components(ink.astype(np.float64) > above)  # a float32 would round the bound
    kept = _chosen(_parts(ink, label, n), threshold, clean)
    if len(kept) == 0:
        return None
    mask = np.isin(label, kept)
    peak = _quantile(ink[ink > threshold], _PEN)
    gain = 1.0 if peak >= _DARK else 255 / peak
    plane = np.where(mask, np.minimum(255, ink.astype(np.float64) * gain), 0).astype(np.float32)
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    return plane, (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _quantile(values: np.ndarray, q: float) -> float:
    """The value that stands at place `floor(q (n - 1))` in ascending order; 0 for no values."""
    if values.size == 0:
        return 0.0
    place = int(q * (values.size - 1))
    return float(np.partition(values, place, axis=None)[place])


def _histogram(ink: np.ndarray) -> np.ndarray:
    levels = np.minimum(255, np.floor(ink.astype(np.float64) + 0.5)).astype(np.int64)
    return np.bincount(levels.ravel(), minlength=256)


def _otsu(histogram: np.ndarray) -> tuple[int, float, float]:
    """The threshold with the largest variance between two classes, and the means of both.

    Reference: Otsu 1979, "A Threshold Selection Method from Gray-Level Histograms".
    """
    below = np.cumsum(histogram)[:255].astype(np.float64)
    below_sum = np.cumsum(histogram * np.arange(256))[:255].astype(np.float64)
    above = histogram.sum() - below
    both = (below > 0) & (above > 0)
    if not both.any():
        return 0, 0.0, 0.0
    with np.errstate(divide='ignore', invalid='ignore'):
        low = below_sum / below
        high = ((histogram * np.arange(256)).sum() - below_sum) / above
    between = np.where(both, below * above * (high - low) * (high - low), 0)
    best = int(np.argmax(between))  # of equal ones the first
    return (best, float(low[best]), float(high[best])) if between[best] > 0 else (0, 0.0, 0.0)


@dataclass(frozen=True)
class _Parts:
    """Of every component, from number 1 on: its ids, masses, largest levels, and whether it touches the picture's edge."""

    ids: np.ndarray
    mass: np.ndarray
    peak: np.ndarray
    edge: np.ndarray


def _parts(ink: np.ndarray, label: np.ndarray, n: int) -> _Parts:
    mass = np.bincount(label.ravel(), ink.ravel().astype(np.float64), minlength=n + 1)
    peak = np.zeros(n + 1)
    np.maximum.at(peak, label.ravel(), ink.ravel())
    edge = np.zeros(n + 1, bool)
    for line in (label[0], label[-1], label[:, 0], label[:, -1]):
        edge[line] = True
    return _Parts(np.arange(1, n + 1), mass[1:], peak[1:], edge[1:])


def _chosen(parts: _Parts, threshold: int, clean: bool) -> np.ndarray:
    """The components that belong to the digit: of a drawing all, of a photo the largest one and what is not a speck."""
    strong = parts.peak > threshold
    if clean or not strong.any():
        return parts.ids if clean else parts.ids[:0]
    largest = parts.mass[strong].max()
    return parts.ids[strong & ((parts.mass == largest) | ((parts.mass > _MIN_MASS * largest) & ~parts.edge))]


def _components(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """Components that are connected, also across corners: for each pixel its number from 1 on, or 0; and how many.

    Runs of each row are joined with those of the row above that they touch (Rosenfeld and Pfaltz 1966).
    """
    height, width = mask.shape
    padded = np.zeros((height, width + 2), np.int8)
    padded[:, 1:-1] = mask
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    parent = np.arange(len(rows))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    first = np.searchsorted(rows, np.arange(height + 1))
    for y in range(1, height):
        above, here = first[y - 1], first[y]
        while above < first[y] and here < first[y + 1]:
            if starts[above] <= ends[here] and starts[here] <= ends[above]:
                one, other = root(above), root(here)
                parent[max(one, other)] = min(one, other)
            if ends[above] < ends[here]:
                above += 1
            else:
                here += 1
    roots = np.array([root(run) for run in range(len(rows))], np.int64)
    _, numbers = np.unique(roots, return_inverse=True)
    label = np.zeros((height, width + 1), np.int64)
    # A run adds its number where it begins, and takes it back behind its end.
    np.add.at(label, (rows, starts), numbers + 1)
    np.add.at(label, (rows, ends), -(numbers + 1))
    return np.cumsum(label, axis=1)[:, :width], int(numbers.max(initial=-1)) + 1
