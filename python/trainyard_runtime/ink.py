"""Finds the ink in a picture: which side of the background it is on, and how much of it each pixel has."""

import numpy as np

from .area import resize_area

# Longest side in pixels of the reduced picture in which the background is looked for.
_BACKGROUND_SIDE = 64


def find_ink(gray: np.ndarray) -> np.ndarray:
    """The picture's difference from its background, which may be unevenly lit: [H,W] float32 from 0 (paper) up."""
    small = reduce(gray, _BACKGROUND_SIDE)
    sign = np.float32(-1 if _ink_is_dark(small) else 1)
    reach = -(-max(small.shape) // 4)
    # Opening with a square of half the longest side: keeps what is wide, drops strokes of light.
    background = _largest(-_largest(-sign * small, reach), reach)
    return _above_background(gray, sign, background)


def reduce(plane: np.ndarray, side: int) -> np.ndarray:
    """Shrinks a plane so that its longest side is at most `side`; smaller ones are left as they are."""
    height, width = plane.shape
    factor = -(-max(height, width) // side)
    if factor == 1:
        return plane
    return resize_area(plane, 0, 0, width, height, -(-width // factor), -(-height // factor))


def total(values: np.ndarray) -> float:
    """The sum in float64, one value after the other: `sum` adds in another order."""
    return float(np.cumsum(values, dtype=np.float64)[-1])


def _ink_is_dark(small: np.ndarray) -> bool:
    """Ink lies further from the mean around it than the paper does: the sign of the third moment tells its side."""
    difference = small.astype(np.float64) - _local_mean(small, -(-max(small.shape) // 2))
    return total(difference * difference * difference) < 0


def _local_mean(plane: np.ndarray, reach: int) -> np.ndarray:
    """Mean of the square of `2 reach + 1` pixels around each pixel, as far as it lies within the plane."""
    height, width = plane.shape
    # Sums of all that is above and left of a corner between pixels (Crow 1984, summed-area tables).
    sums = np.zeros((height + 1, width + 1))
    sums[1:, 1:] = np.cumsum(np.cumsum(plane, axis=1, dtype=np.float64), axis=0)
    rows, columns = np.arange(height)[:, None], np.arange(width)
    top, bottom = np.maximum(0, rows - reach), np.minimum(height, rows + reach + 1)
    left, right = np.maximum(0, columns - reach), np.minimum(width, columns + reach + 1)
    lower = sums[bottom, right] - sums[bottom, left]
    upper = sums[top, right] - sums[top, left]
    return ((lower - upper) / ((bottom - top) * (right - left))).astype(np.float32)


def _largest(plane: np.ndarray, reach: int) -> np.ndarray:
    """Largest value of the square of `2 reach + 1` pixels around each pixel."""
    for axis in (0, 1):
        room = [(0, 0), (0, 0)]
        room[axis] = (reach, reach)
        padded = np.pad(plane, room, constant_values=-np.inf)
        plane = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=axis).max(axis=-1)
    return plane


def _above_background(gray: np.ndarray, sign: np.float32, low: np.ndarray) -> np.ndarray:
    """What of `sign * gray` stands out above the background, which is enlarged by linear interpolation."""
    x0, x1, a = _neighbors(gray.shape[1], low.shape[1])
    y0, y1, b = (line[:, None] for line in _neighbors(gray.shape[0], low.shape[0]))
    low = low.astype(np.float64)
    paper = (low[y0, x0] * (1 - a) + low[y0, x1] * a) * (1 - b) + (low[y1, x0] * (1 - a) + low[y1, x1] * a) * b
    levels = np.float64(sign) * gray
    return np.maximum(0, levels - paper.astype(np.float32)).astype(np.float32)


def _neighbors(n: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each of `n` places along an axis: between which two of `count` samples it lies, and the second one's share."""
    place = np.clip((np.arange(n) + 0.5) * count / n - 0.5, 0, count - 1)
    first = np.floor(place).astype(np.int64)
    return first, np.minimum(count - 1, first + 1), place - first
