"""A model file with one output more, what its last dense layer takes: found and added by the wire format, without `onnx`.

The same rules as those of models/onnx/find-features.ts. Field numbers: onnx.proto. A message that is appended to another is merged
with it, and repeated fields add up: https://protobuf.dev/programming-guides/encoding/#last-one-wins.
"""

from collections.abc import Iterator
from typing import NamedTuple

from .errors import TrainyardError

# Ops between the last dense layer and the answer, through which its result passes.
_PASSING = set(
    'Softmax LogSoftmax Sigmoid Identity Cast Add Sub Mul Div Exp Clip Reshape Flatten Squeeze Unsqueeze'
    ' QuantizeLinear DequantizeLinear'.split()
)
_DENSE = {'Gemm', 'MatMul', 'FusedGemm', 'FusedMatMul'}
_POOLS = {'GlobalAveragePool', 'GlobalMaxPool', 'AveragePool', 'ReduceMean'}

_GRAPH = 7  # of ModelProto
_NODE, _OUTPUT = 1, 12  # of GraphProto


class _Node(NamedTuple):
    inputs: list[str]
    outputs: list[str]
    op: str


def with_embedding(model: bytes) -> tuple[bytes, str]:
    """Adds the output to a serialized model whose picture is the input `image`.

    Returns:
        the model, and the name of the output: [N,...], or more rows for several views, of which the first N are those as they are.

    Raises:
        TrainyardError: no layer has features.
    """
    nodes, outputs = [], []
    for number, value in _fields(model):
        if number == _GRAPH:
            for inner, part in _fields(value):
                if inner == _NODE:
                    nodes.append(_node(part))
                elif inner == _OUTPUT:
                    outputs.append(_text(part, 1))
    dependent = {'image'}
    for node in nodes:
        if dependent.intersection(node.inputs):
            dependent.update(node.outputs)
    made = {name: node for node in nodes for name in node.outputs}

    _, same = _behind(outputs[0], made, dependent)
    views = same[-1] in made and made[same[-1]].op == 'ReduceSum'
    answers = [made[same[-1]].inputs[0]] if views else outputs
    behind = [_behind(name, made, dependent) for name in answers]
    taken = next((taken for taken, _ in behind if taken is not None), None)
    if taken is None:
        pools = [node.outputs[0] for node in nodes if node.op in _POOLS and node.outputs[0] in dependent]
        taken = pools[-1] if pools else 'image'
    if taken == 'image' or taken not in dependent or any(taken in same for _, same in behind):
        raise TrainyardError(
            'the model gives no embedding: no layer before its answer has features; expected a dense layer (Gemm or MatMul)'
            ' that takes some, or a pooling before a convolution'
        )
    if taken in outputs:
        return model, taken
    return model + _message(_GRAPH, _message(_OUTPUT, _message(1, taken.encode()))), taken


def _behind(output: str, made: dict[str, _Node], dependent: set[str]) -> tuple[str | None, list[str]]:
    """What the dense layer of an output takes, and the values that are the output in another form."""
    same = [output]
    while True:
        node = made.get(same[-1])
        computed = [] if node is None else [name for name in node.inputs if name in dependent]
        if node is None or not computed:
            return None, same
        if node.op == 'MatMulInteger':
            rounded = made.get(node.inputs[0])
            return (rounded.inputs[0] if rounded and rounded.op == 'DynamicQuantizeLinear' else None), same
        if node.op in _DENSE and computed == node.inputs[:1]:
            return computed[0], same
        if node.op not in _PASSING:
            return None, same
        same.append(computed[0])


def _node(data: memoryview) -> _Node:
    fields = [(number, bytes(value).decode()) for number, value in _fields(data) if number in (1, 2, 4)]
    inputs, outputs, ops = ([text for number, text in fields if number == wanted] for wanted in (1, 2, 4))
    return _Node(inputs, outputs, ops[-1] if ops else '')


def _text(data: memoryview, wanted: int) -> str:
    return next((bytes(value).decode() for number, value in _fields(data) if number == wanted), '')


def _fields(data) -> Iterator[tuple[int, memoryview]]:
    """The fields that are messages, texts or bytes; others are passed over."""
    view, at = memoryview(data), 0
    while at < len(view):
        tag, at = _varint(view, at)
        kind = tag & 7
        if kind == 0:
            _, at = _varint(view, at)
        elif kind == 2:
            size, at = _varint(view, at)
            yield tag >> 3, view[at : at + size]
            at += size
        else:
            at += 8 if kind == 1 else 4


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = view[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _message(number: int, data: bytes) -> bytes:
    size, length = len(data), b''
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data
