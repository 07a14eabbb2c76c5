"""Finds out from EXIF how a camera was held, and turns a picture upright."""

import struct

import numpy as np

# Tag of the orientation. Reference: EXIF 2.32, section 4.6.4.
_ORIENTATION = 0x0112

# Bytes of a value by its type. Reference: TIFF 6.0, section 2.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}

# The types that are whole numbers, with their letters in `struct`.
_WHOLE = {1: 'B', 6: 'B', 3: 'H', 8: 'H', 4: 'I', 9: 'I'}


def read_orientation(tiff: bytes) -> int:
    """The orientation in the first directory of a TIFF structure; 1 where there is none, or it is not 1 to 8.

    What is right or wrong about a structure is as libexif has it: the number may be of any whole type, and the first
    one that can be read counts.
    """
    if len(tiff) < 14 or tiff[:2] not in (b'II', b'MM'):
        return 1
    order = '<' if tiff[:2] == b'II' else '>'
    magic, start = struct.unpack_from(order + 'HI', tiff, 2)
    if magic != 42 or start + 2 > len(tiff):
        return 1
    (entries,) = struct.unpack_from(order + 'H', tiff, start)
    for at in range(start + 2, start + 2 + entries * 12, 12):
        if at + 12 > len(tiff):
            return 1
        tag, kind, count = struct.unpack_from(order + 'HHI', tiff, at)
        if tag != _ORIENTATION:
            continue
        size = _SIZES.get(kind, 0) * count
        place = struct.unpack_from(order + 'I', tiff, at + 8)[0] if size > 4 else at + 8
        if size == 0 or place + size > len(tiff):
            continue
        if kind not in _WHOLE:
            return 1
        value = struct.unpack_from(order + _WHOLE[kind], tiff, place)[0] & 0xFFFF
        return value if 1 <= value <= 8 else 1
    return 1


def upright(picture: np.ndarray, orientation: int) -> np.ndarray:
    """Undoes an orientation of a picture [H,W,C], as Pillow's `ImageOps.exif_transpose` does; 5 to 8 swap its sides."""
    if orientation in (2, 3, 7, 8):
        picture = picture[:, ::-1]
    if orientation in (3, 4, 6, 7):
        picture = picture[::-1]
    return picture.transpose(1, 0, 2) if orientation >= 5 else picture
