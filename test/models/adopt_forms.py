# Writes classifiers as other people's tools write them, one of each form, and what onnxruntime says of two pictures with
# each file as it is. Prints the cards and the answers as JSON.
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

folder = sys.argv[1]
H, W, C, K = 8, 6, 3, 3
LAST = 2**63 - 1
random = np.random.default_rng(7)
weights = (random.standard_normal((H * W * C, K)) * 0.3).astype(np.float32)
pictures = random.integers(0, 256, (2, H, W, C), dtype=np.uint8)
FLOAT, HALF, DOUBLE = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE
nchw = {"size": [H, W], "layout": "NCHW", "mean": [0.5, 0.4, 0.3], "std": [0.25, 0.5, 0.2]}
got = {"pictures": pictures.reshape(2, -1).tolist(), "models": []}


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def two(x):
    return np.concatenate([1 - x, x], axis=1)


def prepared(card):
    kind = card["input"].get("type", "float32")
    x = pictures
    if kind != "uint8":
        mean, std = np.float32(card["input"].get("mean", 0)), np.float32(card["input"].get("std", 1))
        x = (x.astype(np.float32) / np.float32(255) - mean) / std
    return x.transpose(0, 3, 1, 2) if card["input"]["layout"] == "NCHW" else x


def model(
    name,
    nodes,
    outputs,
    card,
    answer,
    initializers=(),
    shape=("N", C, H, W),
    kind=FLOAT,
    opset=17,
    ir=8,
    domain="",
    fed=None,
    external=False,
    largest=None,
    inputs=(),
):
    card = {"labels": ["a", "b", "c"], "input": nchw, "resize": {"crop": "stretch"}, **card}
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("x", kind, shape), *inputs],
        [helper.make_tensor_value_info(*output) for output in outputs],
        [numpy_helper.from_array(weights, "w"), *initializers],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid(domain, opset)], ir_version=ir)
    place = os.path.join(folder, name)
    os.makedirs(place)
    path = os.path.join(place, "model.onnx")
    if external:
        onnx.save(made, path, save_as_external_data=True, location="model.onnx.data", size_threshold=0)
    else:
        onnx.save(made, path)
    session = onnxruntime.InferenceSession(path)
    x = prepared(card)
    if fed is not None:
        x = fed(x)
    wanted = card["output"]["name"] if isinstance(card["output"], dict) else None
    if wanted is None and len(outputs) > 1:
        wanted = outputs[0][0]
    rows = [session.run([wanted] if wanted else None, {"x": x[i] if len(shape) == 3 else x[i : i + 1]})[0] for i in range(2)]
    rows = np.concatenate([np.asarray(row, np.float64).reshape(1, -1) for row in rows])
    got["models"].append({"name": name, "card": card, "answer": answer(rows).tolist(), "largest": largest})


def flat(extra=(), source="x", matrix="w", target="y"):
    return [
        helper.make_node("Flatten", [source], ["f"]),
        helper.make_node("MatMul", ["f", matrix], [target]),
        *extra,
    ]


def int64_data(name, values):
    return helper.make_tensor(name, TensorProto.INT64, [len(values)], values)


logits = {"output": "logits"}
y = [("y", FLOAT, ["N", K])]
same = lambda x: x

model("plain", flat(), y, logits, softmax)
# torch's exporter before opset 10, and after it.
cut = helper.make_node("Slice", ["x"], ["s"], starts=[0], ends=[LAST], axes=[2])
model("slice of opset 9", [cut, *flat(source="s")], y, logits, softmax, opset=9)
ends = [int64_data("from", [0]), int64_data("to", [LAST]), int64_data("on", [2])]
model("INT64_MAX in int64_data", [helper.make_node("Slice", ["x", "from", "to", "on"], ["s"]), *flat(source="s")], y, logits, softmax, ends)
named = flat()
for node in named:
    node.domain = "ai.onnx"
model("the domain ai.onnx", named, y, logits, softmax, domain="ai.onnx")
typed = helper.make_tensor("t", FLOAT, weights.shape, weights.flatten().tolist())
model("float_data", flat(matrix="t"), y, logits, softmax, [typed])
whole = helper.make_tensor("i", TensorProto.INT32, weights.shape, np.round(weights * 10).astype(int).flatten().tolist())
model("int32_data", [helper.make_node("Cast", ["i"], ["t"], to=FLOAT), *flat(matrix="t")], y, logits, softmax, [whole])
half = numpy_helper.from_array(weights.astype(np.float16), "h")
model("float16", flat(matrix="h"), [("y", HALF, ["N", K])], logits, softmax, [half], kind=HALF, fed=lambda x: x.astype(np.float16))
model("float16 by name", flat(matrix="h"), [("y", HALF, ["N", K])], {**logits, "input": {**nchw, "type": "float16"}}, softmax, [half], kind=HALF, fed=lambda x: x.astype(np.float16))
model("double output", flat([helper.make_node("Cast", ["y"], ["z"], to=DOUBLE)]), [("z", DOUBLE, ["N", K])], logits, softmax)
small = [helper.make_node("Cast", ["x"], ["c"], to=FLOAT), helper.make_node("Mul", ["c", "scale"], ["s"]), *flat(source="s")]
scale = numpy_helper.from_array(np.float32(1 / 255), "scale")
raw = {"size": [H, W], "layout": "NHWC", "type": "uint8"}
model("uint8 NHWC", small, y, {**logits, "input": raw}, softmax, [scale], shape=("N", H, W, C), kind=TensorProto.UINT8)
features = helper.make_node("Identity", ["f"], ["features"])
both = [("y", FLOAT, ["N", K]), ("features", FLOAT, ["N", H * W * C])]
model("two outputs, one fits", flat([features]), both, logits, softmax)
twin = helper.make_node("Neg", ["y"], ["auxiliary"])
twins = [("auxiliary", FLOAT, ["N", K]), ("y", FLOAT, ["N", K])]
model("two outputs, named", flat([twin]), twins, {"output": {"name": "y", "values": "logits"}}, softmax)
deep = helper.make_node("Reshape", ["y", "deep"], ["z"])
model("output of four axes", flat([deep]), [("z", FLOAT, ["N", K, 1, 1])], logits, softmax, [int64_data("deep", [-1, K, 1, 1])])
model("output without an axis of pictures", flat([helper.make_node("Squeeze", ["y", "first"], ["z"])]), [("z", FLOAT, [K])], logits, softmax, [int64_data("first", [0])], shape=(1, C, H, W), largest=1)
model("probabilities", flat([helper.make_node("Softmax", ["y"], ["p"], axis=1)]), [("p", FLOAT, ["N", K])], {"output": "probabilities"}, same)
model("several labels", flat([helper.make_node("Sigmoid", ["y"], ["p"])]), [("p", FLOAT, ["N", K])], {"output": "multi-label"}, same)
model("logits of several labels", flat(), y, {"output": "multi-label-logits"}, sigmoid)
column = numpy_helper.from_array(weights[:, :1] * 0.3, "v")
pair = {"labels": ["no", "yes"]}
model("one sigmoid", flat([helper.make_node("Sigmoid", ["y"], ["p"])], matrix="v"), [("p", FLOAT, ["N", 1])], {**pair, "output": "probabilities"}, two, [column])
model("one logit", flat(matrix="v"), [("y", FLOAT, ["N", 1])], {**pair, "output": "logits"}, lambda x: two(sigmoid(x)), [column])
model("batch of one", flat(), [("y", FLOAT, [1, K])], logits, softmax, shape=(1, C, H, W), largest=1)
# What says N and is made for one: a trace with its shape written down.
trap = [helper.make_node("Reshape", ["x", "one"], ["f"]), helper.make_node("MatMul", ["f", "w"], ["y"])]
model("a false N", trap, y, logits, softmax, [int64_data("one", [1, H * W * C])], largest=1)
model("one picture without its axis", [helper.make_node("Reshape", ["x", "one"], ["f"]), helper.make_node("MatMul", ["f", "w"], ["y"])], [("y", FLOAT, [1, K])], logits, softmax, [int64_data("one", [1, H * W * C])], shape=(C, H, W), largest=1)
model("rows of numbers", [helper.make_node("MatMul", ["x", "w"], ["y"])], y, {**logits, "input": {**nchw, "layout": "NHWC"}}, softmax, shape=("N", H * W * C), fed=lambda x: x.reshape(2, -1))
model("sides of any size", flat(), y, logits, softmax, shape=("N", C, "H", "W"))
model("IR 3, weights among the inputs", flat(), y, logits, softmax, opset=8, ir=3, inputs=[helper.make_tensor_value_info("w", FLOAT, weights.shape)])
model("weights beside it", flat(), y, logits, softmax, external=True)
model("names that begin as ours", [helper.make_node("Flatten", ["x"], ["trainyard/rows"]), helper.make_node("MatMul", ["trainyard/rows", "w"], ["probabilities"])], [("probabilities", FLOAT, ["N", K])], logits, softmax)
print(json.dumps(got))
