"""Resamples by averaging areas: each output pixel is the mean of the patch of the source that it covers."""

import numpy as np


def resize_area(plane: np.ndarray, x: float, y: float, width: float, height: float, out_width: int, out_height: int) -> np.ndarray:
    """Resamples the patch of a plane from `x`, `y` on, of `width` and `height`, by area averaging. Outside all is 0.

    Args:
        plane: [H,W] of numbers.

    Returns:
        [out_height,out_width] float32; a patch whose pixels coincide with the result's is copied unchanged.
    """
    if (width, height) == (out_width, out_height) and x == int(x) and y == int(y):
        return _cut(plane, int(x), int(y), out_width, out_height)
    lines = _averages(plane.T, *_cover(plane.shape[1], x, width, out_width)).astype(np.float32)
    return _averages(lines.T, *_cover(plane.shape[0], y, height, out_height)).astype(np.float32)


def _cut(plane: np.ndarray, x: int, y: int, width: int, height: int) -> np.ndarray:
    out = np.zeros((height, width), np.float32)
    top, left = max(0, y), max(0, x)
    part = plane[top : max(top, y + height), left : max(left, x + width)]
    out[top - y : top - y + part.shape[0], left - x : left - x + part.shape[1]] = part
    return out


def _averages(source: np.ndarray, first: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sums along the first axis, pixel after pixel, so that every last bit is the same wherever this is computed."""
    total = np.zeros((len(first), source.shape[1]))
    for k in range(weights.shape[1]):
        rows = source[np.minimum(first + k, len(source) - 1)].astype(np.float64)
        total += rows * weights[:, k : k + 1]
    return total


def _cover(size: int, start: float, length: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of `n` outputs the first source pixel that it covers, and the weights [n,most] of that and the next ones."""
    scale = length / n
    i = np.arange(n)
    begin = np.minimum(size, np.maximum(0.0, start + i * scale))
    end = np.minimum(size, np.maximum(0.0, start + (i + 1) * scale))
    first = np.floor(begin).astype(np.int64)
    count = np.ceil(end).astype(np.int64) - first
    weights = np.zeros((n, max(1, count.max())))
    for k in range(weights.shape[1]):
        pixel = first + k
        share = (np.minimum(end, pixel + 1) - np.maximum(begin, pixel)) / scale
        edge = (k == 0) | (pixel == first + count - 1)
        weights[:, k] = np.where(k < count, np.where(edge, share, 1 / scale), 0)
    return first, weights
