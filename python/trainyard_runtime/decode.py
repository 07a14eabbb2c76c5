"""Decodes pictures with Pillow: to 8-bit sRGB, upright, the first frame."""

import errno
import io
import os
import pathlib
import warnings

import numpy as np
from PIL import Image, ImageCms

from .errors import PictureError
from .exif import read_orientation, upright

# Formats that Trainyard reads, as Pillow calls them.
_FORMATS = ('JPEG', 'PNG', 'WEBP', 'GIF', 'BMP', 'DIB', 'TIFF')

# Pixels of a picture at most (width times height); a JPEG of more is halved while it is decoded.
MOST_PIXELS = 65_000_000

# What the system says of a file, as `trainyard predict` has it in its rows (models/system-reason.ts).
_REASONS = {
    errno.ENOENT: 'it is not there',
    errno.EISDIR: 'it is a folder, expected a file',
    errno.EACCES: 'this user may not read or write it',
    errno.EPERM: 'this user may not read or write it',
    errno.ENOTDIR: 'a file is in the place of a folder',
    errno.ELOOP: 'its symbolic links lead in a circle',
    errno.ENAMETOOLONG: 'its name is too long',
    errno.EMFILE: 'too many files are open',
    errno.ENFILE: 'too many files are open',
    errno.EIO: 'the disk does not work (EIO)',
    errno.ESTALE: 'the network disk does not have it any more (ESTALE)',
}

_EXIF = b'Exif\0\0'

# How inks look that come without a profile: the description, white point and perceptual table of libvips 8.18's own profile,
# libvips/colour/profiles/cmyk.icm, which Graeme W. Gill has released into the public domain.
_INKS = pathlib.Path(__file__).with_name('cmyk.icc')


def decode(source) -> np.ndarray:
    """Decodes a picture.

    Args:
        source: a path, bytes, a PIL image, or an array [H,W], [H,W,1], [H,W,3] or [H,W,4] of uint8.

    Returns:
        [H,W,C] uint8: C is 1 for gray, 3 for RGB, 4 for RGB with straight alpha.

    Raises:
        PictureError: it is no picture of a kind that is read, is damaged, or has too many pixels.
    """
    if isinstance(source, np.ndarray):
        return _checked(source)
    try:
        if isinstance(source, Image.Image):
            return _pixels(source, None)
        data = bytes(source) if isinstance(source, (bytes, bytearray, memoryview)) else _read(source)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # of odd metadata; too many pixels are refused below
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                return _pixels(image, data)
    except Image.UnidentifiedImageError:
        raise PictureError('it is no JPEG, PNG, WebP, GIF, BMP or TIFF, or its header is damaged') from None
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise PictureError(f'the picture could not be decoded: {error}') from error


def _read(path) -> bytes:
    if not isinstance(path, (str, os.PathLike)):
        raise PictureError(
            f'received {type(path).__name__}, expected a path, bytes, a PIL image, or an array of uint8'
        )
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError as error:
        reason = _REASONS.get(error.errno, error.strerror or str(error))
        raise PictureError(f'it cannot be read: {reason}') from error


def _checked(array: np.ndarray) -> np.ndarray:
    picture = array[:, :, None] if array.ndim == 2 else array
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] not in (1, 3, 4) or 0 in picture.shape:
        raise PictureError(
            f'received an array {list(array.shape)} of {array.dtype}, expected [H,W], [H,W,1], [H,W,3] or [H,W,4] of'
            ' uint8, from 0 to 255'
        )
    return picture


def _pixels(image: Image.Image, data: bytes | None) -> np.ndarray:
    """Data: the file, where there is one."""
    orientation = _orientation_of(image)
    if 0 in image.size:
        raise PictureError(f'it has {image.width}x{image.height} pixels, expected one at least')
    if image.width * image.height > MOST_PIXELS:
        _halve(image)
    image.load()
    colored = _in_srgb(image)
    return np.ascontiguousarray(upright(_array_of(colored, data), orientation))


def _orientation_of(image: Image.Image) -> int:
    """Before the pixels are loaded, so that what a PNG has behind them does not count. Pillow turns a TIFF itself."""
    segments = getattr(image, 'applist', None)
    if segments is not None:  # of a JPEG, of which Pillow joins the segments: the first one counts
        exif = next((data for name, data in segments if name == 'APP1' and data.startswith(b'Exif')), b'')
        return read_orientation(exif.removeprefix(_EXIF)) if exif.startswith(_EXIF) else 1
    exif = image.info.get('exif')
    return 1 if exif is None else read_orientation(exif.removeprefix(_EXIF))


def _halve(image: Image.Image) -> None:
    size = f'{image.width}x{image.height}'
    if image.format in ('JPEG', 'MPO') and not image.info.get('progressive'):
        image.draft(None, (image.width // 2, image.height // 2))
    if image.width * image.height > MOST_PIXELS:
        raise PictureError(f'it has {size} pixels, expected {MOST_PIXELS:,} at most: make it smaller')


def _in_srgb(image: Image.Image) -> Image.Image:
    """Applies an embedded color profile, where it fits the picture's colors."""
    if image.mode == 'CMYK':
        return _inks_in_srgb(image)
    profile = image.info.get('icc_profile')
    if not profile or image.mode not in ('L', 'LA', 'RGB', 'RGBA', 'P'):
        return image
    source = image.convert('RGBA' if 'transparency' in image.info else 'RGB') if image.mode == 'P' else image
    alpha = source.getchannel('A') if source.mode in ('LA', 'RGBA') else None
    plain = source.convert(source.mode.removesuffix('A')) if alpha is not None else source
    converted = _converted(plain, profile)
    if converted is None:
        return image
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def _inks_in_srgb(image: Image.Image) -> Image.Image:
    """Inks without a profile have the one of libvips, which Trainyard decodes them by."""
    profile = image.info.get('icc_profile')
    converted = _converted(image, profile) if profile else None
    return converted or _converted(image, _INKS.read_bytes())


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    """None where the profile is one of other colors, or damaged: it counts as none."""
    try:
        embedded = ImageCms.getOpenProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, embedded, ImageCms.createProfile('sRGB'), outputMode='RGB')
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _array_of(image: Image.Image, data: bytes | None) -> np.ndarray:
    mode, transparency = image.mode, image.info.get('transparency')
    if mode.startswith('I;16') or mode == 'I':
        return _gray16(image, transparency)
    if mode in ('1', 'L'):
        gray = np.asarray(image.convert('L'))
        if not isinstance(transparency, int):
            return gray[:, :, None]
        return _gray_with_alpha(gray, gray == transparency * _step(image, data))
    if mode == 'RGB' and isinstance(transparency, tuple):
        rgb = np.asarray(image)
        clear = (rgb == np.array(transparency) >> (8 if _bits(image, data) == 16 else 0)).all(axis=2)
        return np.dstack([rgb, np.where(clear, 0, 255).astype(np.uint8)])
    if mode in ('RGB', 'RGBA'):
        return np.asarray(image)
    if mode == 'LA':
        pixels = np.asarray(image)
        return np.dstack([pixels[:, :, 0]] * 3 + [pixels[:, :, 1]])
    if mode == 'F':
        raise PictureError('it has floating-point numbers, expected whole ones: save it with 8 bits')
    has_alpha = mode in ('PA', 'La', 'RGBa') or transparency is not None
    return np.asarray(image.convert('RGBA' if has_alpha else 'RGB'))


def _gray16(image: Image.Image, transparency) -> np.ndarray:
    """The upper 8 of 16 bits."""
    levels = np.asarray(image)
    if levels.dtype.itemsize > 2 and (levels.min() < 0 or levels.max() > 65_535):
        raise PictureError('it has more than 16 bits a pixel: save it with 8')
    gray = (levels >> 8).astype(np.uint8)
    if not isinstance(transparency, int):
        return gray[:, :, None]
    return _gray_with_alpha(gray, levels == transparency)


def _gray_with_alpha(gray: np.ndarray, clear: np.ndarray) -> np.ndarray:
    return np.dstack([gray, gray, gray, np.where(clear, 0, 255).astype(np.uint8)])


def _bits(image: Image.Image, data: bytes | None) -> int:
    """Bits of a sample of a PNG. Reference: PNG (third edition), section 11.2.1."""
    return data[24] if image.format == 'PNG' and data is not None else 8


def _step(image: Image.Image, data: bytes | None) -> int:
    """What one of a PNG's levels is of 255: Pillow scales levels of less than 8 bits, but not the transparent one."""
    bits = _bits(image, data)
    return 255 // (2**bits - 1) if bits < 8 else 1
