"""Resizes pictures to the same bytes whatever version of Pillow is installed: one pass along each axis.

Reference: Pillow, src/libImaging/Resample.c: fixed-point coefficients, each pass rounded and clipped to uint8. Newer versions
choose another order of the passes for some sizes, which changes a few bytes; here the order is the one that models know.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

_PILLOW = {'bilinear': Image.Resampling.BILINEAR, 'bicubic': Image.Resampling.BICUBIC}

# How far a filter reaches, in pixels.
_SUPPORT = {'bilinear': 1, 'bicubic': 2}

# Bits of fraction of a weight: 32, less 8 for the pixel and 2 for the sum's overflow and sign.
_PRECISION_BITS = 32 - 8 - 2

# A picture over so many times as tall as wide is resized vertically first, where the horizontal pass would otherwise make
# more pixels than this.
_TALL = 100
_LARGE = 4_000_000

# Pixels that Pillow makes at most; what would be more is made here, where only the window is computed.
_MOST_BY_PILLOW = 32_000_000


@dataclass(frozen=True)
class Axis:
    """One axis of a resize: outputs `start` to `start + n` of one from `size` to `out` pixels."""

    size: int
    out: int
    start: int
    n: int
    filter: str

    def reach(self, i: int) -> tuple[float, int, int]:
        """The center of an output among the source's pixels, the first of those, and the one behind the last."""
        support = _SUPPORT[self.filter] * max(1.0, self.size / self.out)
        center = (self.start + i + 0.5) * (self.size / self.out)
        return center, max(0, int(center - support + 0.5)), min(self.size, int(center + support + 0.5))

    def weights(self, i: int) -> tuple[int, np.ndarray]:
        """The first source pixel of an output, and the weights from it on."""
        center, first, end = self.reach(i)
        inverse = 1 / max(1.0, self.size / self.out)
        x = np.abs((np.arange(first, end) - center + 0.5) * inverse)
        exact = np.maximum(0, 1 - x) if self.filter == 'bilinear' else _cubic(x)
        total = np.cumsum(exact)[-1]  # one after the other: `sum` adds in another order
        shares = exact if total == 0 else exact / total
        return first, np.trunc(shares * (1 << _PRECISION_BITS) + np.where(shares < 0, -0.5, 0.5)).astype(np.int64)

    def span(self) -> tuple[int, int]:
        """The source pixels that all outputs are made from."""
        return self.reach(0)[1], self.reach(self.n - 1)[2]


def _cubic(x: np.ndarray) -> np.ndarray:
    """Keys' cubic convolution kernel with a = -0.5, in the order of Pillow's operations."""
    a = -0.5
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def resize_window(picture: np.ndarray, full: tuple[int, int], filter: str, window: tuple[int, int, int, int]) -> np.ndarray:
    """Resizes to `full` and takes a window of that.

    Args:
        picture: [H,W,C] uint8 of 1 or 3 channels.
        full: width and height.
        filter: `bilinear` or `bicubic`.
        window: left, top, width and height, within `full`.

    Returns:
        [height,width,C] uint8.
    """
    (height, width), (full_width, full_height) = picture.shape[:2], full
    left, top, out_width, out_height = window
    whole = (out_width, out_height) == full
    columns = Axis(width, full_width, left, out_width, filter)
    rows = Axis(height, full_height, top, out_height, filter)
    across = full_width != width or not whole
    down = full_height != height or not whole
    start, end = rows.span() if down else (0, height)
    tall = height > _TALL * width and full_height < height
    down_first = tall and across and down and (end - start) * out_width > _LARGE
    if max(full_width * height, full_width * full_height) <= _MOST_BY_PILLOW and not down_first:
        return _by_pillow(picture, full, filter)[top : top + out_height, left : left + out_width]
    if down_first:
        between = _pass(picture, rows, 0)
        return _pass(between.swapaxes(0, 1), columns, 0).swapaxes(0, 1)
    between = picture[start:end]
    if across:
        between = _pass(between.swapaxes(0, 1), columns, 0).swapaxes(0, 1)
    return _pass(between, rows, start) if down else between


def _by_pillow(picture: np.ndarray, full: tuple[int, int], filter: str) -> np.ndarray:
    """Across, then down, each by a call of its own, so that Pillow cannot choose the order."""
    channels = picture.shape[2]
    image = Image.fromarray(np.ascontiguousarray(picture[:, :, 0] if channels == 1 else picture))
    for size in ((full[0], image.height), full):
        if size != image.size:
            image = image.resize(size, _PILLOW[filter])
    return np.asarray(image).reshape(image.height, image.width, channels)


def _pass(source: np.ndarray, axis: Axis, top: int) -> np.ndarray:
    """Along the first axis of a source, of which the first row is number `top`."""
    out = np.empty((axis.n, *source.shape[1:]), np.uint8)
    for i in range(axis.n):
        first, weights = axis.weights(i)
        pixels = source[first - top : first - top + len(weights)].astype(np.int64)
        total = np.tensordot(weights, pixels, 1) + (1 << (_PRECISION_BITS - 1))
        out[i] = np.clip(total >> _PRECISION_BITS, 0, 255)
    return out
