"""The card: what a model file says about itself, stored as JSON in the ONNX file's metadata."""

import json
from dataclasses import dataclass

from .errors import TrainyardError

KEY = 'trainyard.card'

# Files of one label, which say no task, and files of other tasks.
_SINGLE = 'trainyard-card/1'
_TASKS = 'trainyard-card/2'

# Values that files made by early versions spell otherwise.
_OLD = {'centre': 'center'}


@dataclass(frozen=True)
class Card:
    """What is used of a card."""

    name: str
    # What it answers with: `single`, one label; `multi`, any number of labels; `regression`, numbers.
    task: str
    # The names of the classes, or of the numbers.
    labels: tuple[str, ...]
    # Of several labels: the probability from which each is an answer.
    thresholds: tuple[float, ...]
    # Of numbers: the least and the largest that each was trained on, and their standard deviation.
    ranges: tuple[tuple[float, float, float], ...]
    # Height, width and channels of the input.
    shape: tuple[int, int, int]
    # The rule by which a picture becomes an input.
    prepare: dict
    # Above it a picture is of no kind that the model knows; None where the file has no output `novelty`.
    novelty_threshold: float | None
    # Expected answers to built-in pictures: `input`, `probabilities` or `values`, and perhaps `novelty` of each.
    golden: tuple[dict, ...]
    # Whether the file was made elsewhere: many of those say that they take several pictures at once, and do not.
    from_elsewhere: bool
    # The first digits of what tells this file's weights and labels from another's.
    digest: str

    @property
    def output(self) -> str:
        """The name of the output that is the answer."""
        return 'values' if self.task == 'regression' else 'probabilities'


def read_card(text: str | None) -> Card:
    """Reads and checks the part of a card that is used.

    Raises:
        TrainyardError: there is none, or a field of it is not what it should be; it names the field.
    """
    if text is None:
        raise TrainyardError(
            f'the model has no card: expected its metadata to hold "{KEY}", as "trainyard export" writes it'
        )
    try:
        card = json.loads(text)
    except ValueError as error:
        raise TrainyardError(f'card: received text that is not JSON ({error})') from error
    if not isinstance(card, dict) or card.get('format') not in (_SINGLE, _TASKS):
        received = card.get('format') if isinstance(card, dict) else card
        raise TrainyardError(f'card.format: received {json.dumps(received)}, expected "{_SINGLE}" or "{_TASKS}"')
    task = 'single' if card['format'] == _SINGLE else card.get('task')
    if task not in ('single', 'multi', 'regression') or (task == 'single') != (card['format'] == _SINGLE):
        raise _wrong('task', task, '"multi" or "regression"')
    shape = _shape(_field(card, 'input', 'shape'))
    labels = _field(card, 'labels')
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
        raise _wrong('labels', labels, 'a list of names')
    novelty = card.get('novelty')
    return Card(
        name=str(card.get('name', '')),
        task=task,
        labels=tuple(labels),
        thresholds=_thresholds(card, labels) if task == 'multi' else (),
        ranges=_ranges(card, labels) if task == 'regression' else (),
        shape=shape,
        prepare=_rule(_field(card, 'input', 'prepare'), shape),
        novelty_threshold=None if novelty is None else float(_field(card, 'novelty', 'threshold')),
        golden=tuple(card.get('golden', ())),
        from_elsewhere=_from_elsewhere(card, task),
        digest=str(card.get('cardDigest') or _field(card, 'weightsDigest'))[:12],
    )


def _from_elsewhere(card: dict, task: str) -> bool:
    if task == 'single':
        return 'values' in card.get('output', {})
    return card.get('parity') is None and not card.get('datasets')


def _thresholds(card: dict, labels: list) -> tuple[float, ...]:
    thresholds = _field(card, 'thresholds')
    if isinstance(thresholds, list) and len(thresholds) == len(labels) and all(map(_is_number, thresholds)):
        return tuple(thresholds)
    raise _wrong('thresholds', thresholds, f'{len(labels)} numbers, one for each label')


def _ranges(card: dict, labels: list) -> tuple[tuple[float, float, float], ...]:
    ranges = _field(card, 'ranges')
    if isinstance(ranges, list) and len(ranges) == len(labels):
        found = [tuple(each.get(key) for key in ('min', 'max', 'deviation')) for each in ranges if isinstance(each, dict)]
        if len(found) == len(labels) and all(_is_number(value) for each in found for value in each):
            return tuple(found)
    raise _wrong('ranges', ranges, f'{len(labels)} ranges with min, max and deviation, one for each number')


def _is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _field(card: dict, *path: str):
    value = card
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        raise _wrong('.'.join(path), value, 'a value')
    return value


def _wrong(field: str, received, expected: str) -> TrainyardError:
    shown = 'nothing' if received is None else json.dumps(received)[:60]
    return TrainyardError(f'card.{field}: received {shown}, expected {expected}')


def _shape(shape) -> tuple[int, int, int]:
    if isinstance(shape, list) and len(shape) == 3 and all(isinstance(n, int) and n > 0 for n in shape):
        if shape[2] in (1, 3):
            return tuple(shape)
    raise _wrong('input.shape', shape, 'height, width, and 1 or 3 channels')


def _rule(rule, shape: tuple[int, int, int]) -> dict:
    """A rule that this version does not know is refused: another one would give other answers."""
    known = rule if isinstance(rule, dict) else {}
    if known.get('rule') == 'digit':
        if shape != (28, 28, 1):
            raise _wrong('input.shape', list(shape), '[28,28,1] for the digit rule')
        return {'rule': 'digit'}
    crop = _OLD.get(known.get('crop'), known.get('crop'))
    shorter = known.get('shorter')
    if known.get('rule') != 'resize' or known.get('filter') not in ('bilinear', 'bicubic'):
        raise _wrong('input.prepare', rule, 'the rule "digit", or "resize" with the filter "bilinear" or "bicubic"')
    if crop not in ('center', 'stretch'):
        raise _wrong('input.prepare.crop', crop, '"center" or "stretch"')
    if shorter is not None and (not isinstance(shorter, int) or shorter < max(shape[:2])):
        raise _wrong('input.prepare.shorter', shorter, f'a whole number, {max(shape[:2])} at least')
    return {'rule': 'resize', 'filter': known['filter'], 'crop': crop, 'shorter': shorter}
