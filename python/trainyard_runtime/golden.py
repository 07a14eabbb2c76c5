"""Built-in pictures whose expected answers travel in the card, so that any runtime can check itself in a moment."""

import numpy as np

from .errors import TrainyardError

# Largest difference from a card's probabilities at which a model is trusted: other processors add in another order.
TOLERANCE = 1e-4

# Side of a square of `checker`, in pixels.
_CHECKER_SIDE = 4


def golden_input(name: str, shape: tuple[int, int, int]) -> np.ndarray:
    """A built-in picture, `shape` uint8: a pure function of name and shape, in whole numbers only.

    Raises:
        TrainyardError: there is none of that name.
    """
    n = shape[0] * shape[1] * shape[2]
    index = np.arange(n, dtype=np.uint64)
    if name == 'zeros':
        values = index * 0
    elif name == 'ramp':
        values = index * 255 // max(1, n - 1)
    elif name == 'checker':
        y, x, c = np.indices(shape)
        values = np.where((y // _CHECKER_SIDE + x // _CHECKER_SIDE + c) % 2 == 0, 255, 0)
    elif name == 'noise':
        values = _hash(index) >> 24
    else:
        raise TrainyardError(f'card.golden: received "{name}", expected zeros, ramp, checker or noise: update this package')
    return values.astype(np.uint8).reshape(shape)


def _hash(index: np.ndarray) -> np.ndarray:
    """32-bit mixing of an index: the finalizer of MurmurHash3 (Appleby, public domain)."""
    h = (index + 0x9E3779B9) & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return h ^ (h >> 16)
