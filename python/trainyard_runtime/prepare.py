"""Turns a decoded, upright picture into the input of a model, by the rule that the model's card names."""

import numpy as np

from .digit import prepare_digit
from .resize import resize_window


def prepare(picture: np.ndarray, shape: tuple[int, int, int], rule: dict) -> np.ndarray:
    """Alpha over white, gray or color as the model wants it, then the rule.

    Args:
        picture: [H,W,C] uint8 of 1, 3 or 4 channels.
        shape: height, width and channels of the input.
        rule: `input.prepare` of the card.

    Returns:
        `shape`, uint8.
    """
    height, width, channels = shape
    if rule['rule'] == 'digit':
        return prepare_digit(to_gray(picture))[:, :, None]
    source = to_gray(picture)[:, :, None] if channels == 1 else on_white(picture)
    full, window = _geometry(picture.shape[1], picture.shape[0], width, height, rule)
    resized = resize_window(source, full, rule['filter'], window)
    # Gray becomes color only now: its channels are alike, and so are the sums of each.
    return np.broadcast_to(resized, shape)


def on_white(picture: np.ndarray) -> np.ndarray:
    """Lays a picture with alpha on white, with the rounding of Pillow's `Image.alpha_composite`; others stay as they are."""
    if picture.shape[2] != 4:
        return picture
    color, alpha = picture[:, :, :3].astype(np.int32), picture[:, :, 3:].astype(np.int32)
    v = (color * alpha + 255 * (255 - alpha) + 128) << 7
    return (((v >> 8) + v) >> 15).astype(np.uint8)


def to_gray(picture: np.ndarray) -> np.ndarray:
    """[H,W] luma of ITU-R BT.601-2, as Pillow's `convert('L')`."""
    if picture.shape[2] == 1:
        return picture[:, :, 0]
    rgb = on_white(picture).astype(np.uint32)
    return ((rgb @ np.array([19595, 38470, 7471], np.uint32) + 0x8000) >> 16).astype(np.uint8)


def _geometry(width: int, height: int, out_width: int, out_height: int, rule: dict):
    """The size to which a picture is scaled, and the window of it that is the input: left, top, width, height."""
    if rule['crop'] == 'stretch':
        return (out_width, out_height), (0, 0, out_width, out_height)
    shorter = rule.get('shorter')
    if shorter is not None:
        full = (shorter, shorter * height // width) if width <= height else (shorter * width // height, shorter)
    elif width * out_height >= height * out_width:
        full = (max(out_width, out_height * width // height), out_height)
    else:
        full = (out_width, max(out_height, out_width * height // width))
    # Half of what is over, rounded to the even neighbor where it lies between two.
    return full, (round((full[0] - out_width) / 2), round((full[1] - out_height) / 2), out_width, out_height)
