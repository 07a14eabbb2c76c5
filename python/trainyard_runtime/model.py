"""A model file on onnxruntime: pictures in; the most probable label, all labels that are there, or numbers out."""

import numbers
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime

from .card import KEY, Card, read_card
from .decode import decode
from .embedding import with_embedding
from .errors import PictureError, TrainyardError
from .golden import TOLERANCE, golden_input
from .prepare import prepare

# Bytes of the inputs of one run, unless a single one has more.
_BATCH_BYTES = 64 * 2**20

# Pictures in one run at most.
_BATCH = 64


@dataclass(frozen=True)
class Prediction:
    label: str
    probability: float


@dataclass(frozen=True)
class ThresholdPrediction(Prediction):
    # From which probability on the label is an answer.
    threshold: float


@dataclass(frozen=True)
class Answer:
    """The most probable label, and the most probable ones, the best first.

    `known` and `novelty` are those of the card's threshold: whether the picture is of a kind that the model was made for,
    and how strange it is, from 0 to 1. None where the model does not say.
    """

    label: str
    probability: float
    predictions: tuple[Prediction, ...]
    known: bool | None = None
    novelty: float | None = None


@dataclass(frozen=True)
class MultiAnswer:
    """The labels whose probability is at least their threshold, the most probable first, and all labels in that order.

    There is none of them where the picture has none. `known` and `novelty` are as in `Answer`.
    """

    labels: tuple[Prediction, ...]
    predictions: tuple[ThresholdPrediction, ...]
    known: bool | None = None
    novelty: float | None = None


@dataclass(frozen=True)
class NumbersAnswer:
    """Numbers by their names, in the units of what the model was trained on.

    `outside` are the names of those that are outside of what it was trained on: nothing was ever shown for them. `known` and
    `novelty` are as in `Answer`.
    """

    values: dict[str, float]
    outside: tuple[str, ...]
    known: bool | None = None
    novelty: float | None = None


AnyAnswer = Answer | MultiAnswer | NumbersAnswer


class Model:
    """A model that is open. Its methods may be called from several threads at once."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        card: Card,
        open_embedding: Callable[[], tuple[onnxruntime.InferenceSession, str]],
    ):
        self.card = card
        self._session = session
        self._open_embedding = open_embedding
        self._embedding = None
        self._lock = threading.Lock()
        batch = session.get_inputs()[0].shape[0]
        # Pictures of each run of a file that takes this number alone.
        self._fixed = batch if isinstance(batch, int) else 1 if card.from_elsewhere else None

    @property
    def labels(self) -> tuple[str, ...]:
        """The name of each class, or of each number, in the order of what `run` gives."""
        return self.card.labels

    def prepare(self, picture) -> np.ndarray:
        """Makes the model's input of a picture: [H,W,C] uint8, the same bytes as Trainyard makes.

        Raises:
            PictureError: it cannot be read.
        """
        return prepare(decode(picture), self.card.shape, self.card.prepare)

    def run(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Runs prepared inputs [N,H,W,C] uint8.

        Returns:
            float32 probabilities or numbers [N,labels], and novelty [N] where the model has it.

        Raises:
            TrainyardError: they have another shape or type.
        """
        if inputs.dtype != np.uint8 or inputs.shape[1:] != tuple(self.card.shape):
            expected = ','.join(map(str, self.card.shape))
            raise TrainyardError(
                f'inputs: received {list(inputs.shape)} of {inputs.dtype}, expected [N,{expected}] of uint8'
            )
        size = self._fixed or max(1, min(_BATCH, _BATCH_BYTES // int(np.prod(self.card.shape))))
        parts = [self._run_batch(inputs[at : at + size]) for at in range(0, len(inputs), size)]
        if not parts:
            return np.zeros((0, len(self.labels)), np.float32), None
        output = np.concatenate([part[0] for part in parts])
        if self.card.novelty_threshold is None:
            return output, None
        return output, np.concatenate([part[1][:, 0] for part in parts])

    def _run_batch(self, inputs: np.ndarray) -> list[np.ndarray]:
        missing = (self._fixed or len(inputs)) - len(inputs)
        full = np.concatenate([inputs, np.zeros((missing, *self.card.shape), np.uint8)]) if missing else inputs
        wanted = [self.card.output] + ([] if self.card.novelty_threshold is None else ['novelty'])
        return [output[: len(inputs)] for output in self._session.run(wanted, {'image': np.ascontiguousarray(full)})]

    def classify(self, picture, top: int | None = None) -> AnyAnswer:
        """Classifies a picture: an Answer, or of several labels a MultiAnswer, or of numbers a NumbersAnswer.

        Args:
            picture: a path, the bytes of a file, a PIL image, or an array [H,W], [H,W,1], [H,W,3] or [H,W,4] of uint8.
            top: predictions at most; all labels if left out. Labels of a MultiAnswer are never left out.

        Raises:
            PictureError: it cannot be read.
            TrainyardError: `top` is no whole number from 1.
        """
        (answer,) = self.classify_all([picture], top)
        if isinstance(answer, PictureError):
            if isinstance(picture, (str, os.PathLike)):
                raise PictureError(f'{os.fspath(picture)}: {answer}') from answer
            raise answer
        return answer

    def classify_all(self, pictures: Sequence, top: int | None = None) -> list[AnyAnswer | PictureError]:
        """Classifies pictures in batches: an answer for each, or why it cannot be read.

        Raises:
            TrainyardError: `pictures` is a single one, or `top` no whole number from 1.
        """
        if isinstance(pictures, (str, bytes, bytearray, os.PathLike)):
            raise TrainyardError(
                f'pictures: received one {type(pictures).__name__}, expected a list; classify takes a single picture'
            )
        if top is not None and not (isinstance(top, numbers.Integral) and top >= 1):
            raise TrainyardError(f'top: received {top!r}, expected a whole number from 1, or None for all labels')
        outcomes: list = []
        for picture in pictures:
            try:
                outcomes.append(self.prepare(picture))
            except PictureError as error:
                outcomes.append(error)
        inputs = [one for one in outcomes if isinstance(one, np.ndarray)]
        output, novelty = self.run(np.stack(inputs)) if inputs else (None, None)
        at = 0
        for i, one in enumerate(outcomes):
            if isinstance(one, np.ndarray):
                outcomes[i] = self._answer(output[at], None if novelty is None else float(novelty[at]), top)
                at += 1
        return outcomes

    def embed(self, picture) -> np.ndarray:
        """The embedding of a picture: float32 [F], what the last dense layer of the model takes.

        The first call opens the file once more, with that output added.

        Args:
            picture: as `classify` takes it.

        Raises:
            PictureError: it cannot be read.
            TrainyardError: the network has no such layer.
        """
        try:
            inputs = np.stack([self.prepare(picture)] * (self._fixed or 1))
        except PictureError as error:
            if isinstance(picture, (str, os.PathLike)):
                raise PictureError(f'{os.fspath(picture)}: {error}') from error
            raise
        with self._lock:
            self._embedding = self._embedding or self._open_embedding()
        session, name = self._embedding
        (rows,) = session.run([name], {'image': inputs})
        # Rows of several views begin with the picture as it is.
        return rows[0].reshape(-1).astype(np.float32)

    def _answer(self, output: np.ndarray, novelty: float | None, top: int | None) -> AnyAnswer:
        known = None if novelty is None else novelty <= self.card.novelty_threshold
        numbers = [float(value) for value in output]
        if self.card.task == 'regression':
            each = list(zip(self.labels, numbers, self.card.ranges))
            outside = tuple(label for label, value, (least, most, _) in each if not least <= value <= most)
            return NumbersAnswer(dict(zip(self.labels, numbers)), outside, known, novelty)
        # Equally probable labels in their own order.
        order = np.argsort(-output, kind='stable')
        ranked = tuple(Prediction(self.labels[i], numbers[i]) for i in order)
        if self.card.task == 'single':
            return Answer(ranked[0].label, ranked[0].probability, ranked[:top], known, novelty)
        thresholds = [self.card.thresholds[i] for i in order]
        all_of_them = [ThresholdPrediction(one.label, one.probability, least) for one, least in zip(ranked, thresholds)]
        over = tuple(one for one, least in zip(ranked, thresholds) if one.probability >= least)
        return MultiAnswer(over, tuple(all_of_them[:top]), known, novelty)

    def check(self) -> float:
        """Compares the model's answers to its built-in pictures with those of its card.

        Returns:
            the largest difference, of a number in its deviations.

        Raises:
            TrainyardError: a difference is more than 1e-4, or there is nothing to compare with.
        """
        if not self.card.golden:
            raise TrainyardError('the card has no expected answers to compare with')
        differences = [self._difference(expected) for expected in self.card.golden]
        return max(differences)

    def _difference(self, expected: dict) -> float:
        name = expected['input']
        output, novelty = self.run(golden_input(name, self.card.shape)[None])
        units = [deviation for _, _, deviation in self.card.ranges] or [1.0] * len(self.labels)
        # A float32 has seven digits, however small the deviation is.
        units = [max(unit, abs(value)) for unit, value in zip(units, expected[self.card.output])]
        wanted = [value / unit for value, unit in zip(expected[self.card.output], units)]
        got = [float(value) / unit for value, unit in zip(output[0], units)]
        if novelty is not None and 'novelty' in expected:
            wanted, got = [*wanted, expected['novelty']], [*got, novelty[0]]
        difference = float(np.abs(np.array(wanted) - np.array(got, np.float64)).max()) if len(wanted) == len(got) else np.inf
        if not difference <= TOLERANCE:
            raise TrainyardError(
                f'for the built-in picture "{name}" it differs from its card by {difference:.1e}, more than {TOLERANCE}:'
                ' the file is damaged, or this machine computes wrongly'
            )
        return difference


def load(model, *, threads: int | None = None, check: bool = False, providers: Sequence[str] = ('CPUExecutionProvider',)) -> Model:
    """Opens a model file that Trainyard has exported.

    Args:
        model: the path of a model.onnx, or its bytes.
        threads: threads of one run; onnxruntime's choice if left out.
        check: compares its answers with those that its card expects.
        providers: onnxruntime's execution providers, in the order in which they are tried.

    Raises:
        TrainyardError: the file cannot be opened, has no card, or its answers are not those of its card.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only: who uses a model cannot change its graph
    options.inter_op_num_threads = 1
    if threads is not None:
        options.intra_op_num_threads = threads
    source = model if isinstance(model, bytes) else os.fspath(model)
    try:
        session = onnxruntime.InferenceSession(source, options, providers=list(providers))
    except Exception as error:  # onnxruntime's own exceptions have no common class
        where = 'the model' if isinstance(model, bytes) else source
        raise TrainyardError(f'onnxruntime cannot open {where}: {error}') from error
    card = read_card(session.get_modelmeta().custom_metadata_map.get(KEY))
    inputs = [one.name for one in session.get_inputs()]
    outputs = [one.name for one in session.get_outputs()]
    wanted = [card.output] + ([] if card.novelty_threshold is None else ['novelty'])
    if inputs != ['image'] or not set(wanted) <= set(outputs):
        raise TrainyardError(
            f'its inputs are {", ".join(inputs)} and its outputs {", ".join(outputs)}; expected image and'
            f' {", ".join(wanted)}'
        )

    def open_embedding():
        if isinstance(model, bytes):
            data = model
        else:
            with open(source, 'rb') as file:
                data = file.read()
        added, name = with_embedding(data)
        return onnxruntime.InferenceSession(added, options, providers=list(providers)), name

    opened = Model(session, card, open_embedding)
    if check:
        opened.check()
    return opened
