"""MNIST's own rule for a picture of one handwritten digit: ink bounding box to 20 pixels, center of mass to the center.

Reference: LeCun, Cortes, Burges, "The MNIST database": normalized to 20x20, centered by the center of mass.
"""

import math

import numpy as np

from .area import resize_area
from .ink import find_ink, reduce, total
from .region import digit_region

# Pixels a side of MNIST's images, and of the digit within.
_SIDE, _BOX = 28, 20

# Where MNIST puts the center of mass, counting pixels from 0.
_CENTER = 14

# Larger pictures are reduced to this first, in pixels.
_WORKING_SIDE = 512


def prepare_digit(gray: np.ndarray) -> np.ndarray:
    """Makes a digit model's input from a picture of one digit, drawn or photographed, dark on light or light on dark.

    Args:
        gray: [H,W] uint8.

    Returns:
        [28,28] uint8, light ink on black; all 0 when no ink is found.
    """
    region = digit_region(find_ink(reduce(gray.astype(np.float32), _WORKING_SIDE)))
    if region is None:
        return np.zeros((_SIDE, _SIDE), np.uint8)
    plane, (left, top, right, bottom) = region
    longest = max(right - left, bottom - top)
    scale = 1 if longest in (_BOX - 1, _BOX) else max(longest, 5) / _BOX
    mass = total(plane)
    columns, rows = np.arange(plane.shape[1]), np.arange(plane.shape[0])[:, None]
    x = _corner(total(plane * columns.astype(np.float64)) / mass, left, right, scale)
    y = _corner(total(plane * rows.astype(np.float64)) / mass, top, bottom, scale)
    placed = resize_area(plane, x, y, _SIDE * scale, _SIDE * scale, _SIDE, _SIDE)
    return np.minimum(255, np.floor(placed.astype(np.float64) + 0.5)).astype(np.uint8)


def _corner(center: float, low: int, high: int, scale: float) -> float:
    """Where the patch begins: the whole digit is within it."""
    at = max(high - _SIDE * scale, min(low, center + 0.5 - (_CENTER + 0.5) * scale))
    return math.floor(at + 0.5) if scale == 1 else at
