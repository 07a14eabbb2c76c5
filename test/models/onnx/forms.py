# Writes a corpus of ONNX files with arrays in every form, and what onnx's own reader finds in them.
# python forms.py write FOLDER SEED: the files and expected.json. python forms.py same FOLDER: compares *.onnx with *.onnx.rewritten.
import json, math, os, random, struct, sys
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

mode, folder = sys.argv[1], sys.argv[2]

def varint(n):
    n &= (1 << 64) - 1
    out = b''
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])

def field(number, wire, payload): return varint(number << 3 | wire) + payload
def block(number, payload): return field(number, 2, varint(len(payload)) + payload)

# Fields that no version of onnx.proto has, of every wire type.
UNKNOWN = field(999, 0, varint(2**64 - 1)) + field(1000, 1, struct.pack('<d', 0.1)) + block(1001, b'\x00\xff text') + field(1002, 5, b'abcd')

if mode == 'same':
    wrong = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith('.rewritten'): continue
        models = [onnx.load_model_from_string(open(os.path.join(folder, each), 'rb').read()) for each in (name[:-len('.rewritten')], name)]
        one, two = [model.SerializeToString(deterministic=True) for model in models]
        if one != two: wrong.append(name)
    print(json.dumps(wrong))
    sys.exit()

rng = random.Random(int(sys.argv[3]))
expected = {}

BITS = {'FLOAT6E2M3': 6, 'FLOAT6E3M2': 6, 'INT4': 4, 'UINT4': 4, 'FLOAT4E2M1': 4, 'INT2': 2, 'UINT2': 2}
TYPES = [name for name, number in TensorProto.DataType.items() if number > 0]

def random_dims():
    return rng.choice([[], [0], [1], [3], [5], [2, 3], [2, 0, 4], [3, 1, 2], [7, 5]])

def random_bytes(kind, n):
    size = math.ceil(n * BITS[kind] / 8) if kind in BITS else n * np.dtype(helper.tensor_dtype_to_np_dtype(TensorProto.DataType.Value(kind))).itemsize
    if kind == 'BOOL': return bytes(rng.randrange(2) for _ in range(size))
    data = bytearray(rng.randrange(256) for _ in range(size))
    if kind in ('INT64', 'UINT64') and n > 0:
        # The largest, the least, and the first that a double does not hold.
        data[0:8] = rng.choice([b'\xff' * 7 + b'\x7f', b'\0' * 7 + b'\x80', b'\xff' * 8, struct.pack('<q', 2**53 + 1)])
    spare = size * 8 - n * BITS[kind] if kind in BITS else 0
    if size and spare: data[-1] &= 255 >> spare
    return bytes(data)

def typed(tensor):
    """The same tensor with its elements in the field of its type, written by hand from the specification's words."""
    out = TensorProto(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims)
    kind, raw, n = TensorProto.DataType.Name(tensor.data_type), tensor.raw_data, math.prod(tensor.dims)
    if kind in ('FLOAT', 'COMPLEX64'): out.float_data.extend(np.frombuffer(raw, '<f4').tolist())
    elif kind in ('DOUBLE', 'COMPLEX128'): out.double_data.extend(np.frombuffer(raw, '<f8').tolist())
    elif kind == 'INT64': out.int64_data.extend(np.frombuffer(raw, '<i8').tolist())
    elif kind == 'UINT64': out.uint64_data.extend(np.frombuffer(raw, '<u8').tolist())
    elif kind == 'UINT32': out.uint64_data.extend(np.frombuffer(raw, '<u4').tolist())
    elif kind == 'INT32': out.int32_data.extend(np.frombuffer(raw, '<i4').tolist())
    elif kind == 'INT16': out.int32_data.extend(np.frombuffer(raw, '<i2').tolist())
    elif kind == 'INT8': out.int32_data.extend(np.frombuffer(raw, '<i1').tolist())
    elif kind in ('FLOAT16', 'BFLOAT16', 'UINT16'): out.int32_data.extend(np.frombuffer(raw, '<u2').tolist())
    elif kind in ('FLOAT6E2M3', 'FLOAT6E3M2'): out.int32_data.extend(numpy_helper.to_array(tensor).view(np.uint8).ravel().tolist())
    else: out.int32_data.extend(raw)
    return out

def without_nan(kind, raw):
    # A list of numbers does not keep which NaN it was.
    form = {'FLOAT': '<f4', 'COMPLEX64': '<f4', 'DOUBLE': '<f8', 'COMPLEX128': '<f8'}.get(kind)
    if form is None: return raw
    values = np.frombuffer(raw, form).copy()
    values[np.isnan(values)] = 1.5
    return values.tobytes()

def make(name, kind, dims=None, form=None):
    dims = random_dims() if dims is None else dims
    n = math.prod(dims)
    if kind == 'STRING':
        return helper.make_tensor(name, TensorProto.STRING, dims, [rng.choice(['', 'ä', 'a,b', '\u2028x']).encode() for _ in range(n)])
    raw = without_nan(kind, random_bytes(kind, n))
    tensor = TensorProto(name=name, data_type=TensorProto.DataType.Value(kind), dims=dims, raw_data=raw)
    form = form or rng.choice(['raw', 'typed', 'external'])
    return tensor if form == 'raw' else typed(tensor) if form == 'typed' else external(tensor)

offset = 0
def external(tensor):
    """Puts the elements into a file beside the model; the length may be left out."""
    global offset
    raw, pad = tensor.raw_data, rng.choice([0, 3, 4096])
    with open(os.path.join(folder, 'weights.bin'), 'ab') as file: file.write(b'\xee' * pad + raw)
    entries = {'location': 'weights.bin', 'offset': str(offset + pad), 'length': str(len(raw))}
    if rng.random() < 0.3 and len(raw) > 0: del entries['length']
    offset += pad + len(raw)
    out = TensorProto(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims, data_location=TensorProto.EXTERNAL)
    for key, value in entries.items(): out.external_data.add(key=key, value=value)
    return out

def found(tensor):
    """What onnx reads."""
    tensor = TensorProto.FromString(tensor.SerializeToString())
    kind = TensorProto.DataType.Name(tensor.data_type)
    if tensor.data_location == TensorProto.EXTERNAL and not any(e.key == 'length' for e in tensor.external_data):
        # onnx reads to the end of the file.
        bits = BITS.get(kind) or np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type)).itemsize * 8
        tensor.external_data.add(key='length', value=str(math.ceil(math.prod(tensor.dims) * bits / 8)))
    array = numpy_helper.to_array(tensor, folder)
    about = {'type': tensor.data_type, 'dims': list(tensor.dims)}
    flat = array.ravel()
    if kind == 'STRING': return {**about, 'values': [str(each) for each in flat]}
    if kind.startswith('COMPLEX'): flat = flat.view(flat.real.dtype)
    if flat.dtype.kind in 'iub': return {**about, 'values': [str(int(each)) for each in flat]}
    if kind in ('INT4', 'UINT4', 'INT2', 'UINT2'): return {**about, 'values': [str(int(each)) for each in flat]}
    return {**about, 'values': [repr(float(each)) for each in flat.astype(np.float64)]}

def model(name, tensors, more=b'', functions=(), sparse=(), nodes=()):
    graph = helper.make_graph(list(nodes), 'g', [], [], initializer=tensors, sparse_initializer=list(sparse))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 21), helper.make_opsetid('com.example', 1), helper.make_opsetid('local', 2)], functions=list(functions))
    made.model_version = rng.choice([0, 2**63 - 1, -(2**63)])
    with open(os.path.join(folder, name), 'wb') as file: file.write(made.SerializeToString() + more)
    return made

# Every type in every form.
for kind in TYPES:
    forms = ['raw'] if kind == 'STRING' else ['raw', 'typed', 'external']
    tensors = [make(f'{form}{i}', kind, dims, form) for form in forms for i, dims in enumerate([[], [0], [5], [2, 3], [7]])]
    model(f'{kind}.onnx', tensors, UNKNOWN)
    expected[f'{kind}.onnx'] = {tensor.name: found(tensor) for tensor in tensors}

# Every code of the types of up to a byte, and of those of two bytes some of each exponent, the first and the last ones.
codes = {}
for kind in ['FLOAT16', 'BFLOAT16', 'FLOAT8E4M3FN', 'FLOAT8E4M3FNUZ', 'FLOAT8E5M2', 'FLOAT8E5M2FNUZ', 'FLOAT8E8M0', *BITS]:
    bits = BITS.get(kind, 16 if kind.endswith('FLOAT16') else 8)
    all_codes = range(2**bits) if bits < 16 else [*range(0, 2**16, 97), *range(0, 2**16, 128), *range(127, 2**16, 128)]
    whole = sum(code << i * bits for i, code in enumerate(all_codes))
    raw = whole.to_bytes(math.ceil(len(all_codes) * bits / 8), 'little')
    codes[kind] = TensorProto(name=kind, data_type=TensorProto.DataType.Value(kind), dims=[len(all_codes)], raw_data=raw)
model('codes.onnx', list(codes.values()))
expected['codes.onnx'] = {kind: found(tensor) for kind, tensor in codes.items()}

# Constants, branches, bodies, functions, sparse arrays.
for i in range(12):
    mine, nodes = {}, []
    def keep(place, tensor):
        mine[place] = found(tensor)
        return tensor
    def any_tensor(name): return make(name, rng.choice(TYPES))
    def constant(name, within=''):
        return helper.make_node('Constant', [], [name], value=keep(within + name, any_tensor('')))
    nodes.append(constant('c'))
    inner = helper.make_graph([constant('d', 'if/then_branch/')], 'then', [], [], initializer=[keep('if/then_branch/w', any_tensor('w'))])
    deep = helper.make_graph([], 'body', [], [], initializer=[keep('if/else_branch/loop/body/v', any_tensor('v'))])
    outer = helper.make_graph([helper.make_node('Loop', ['', ''], ['o'], name='loop', body=deep)], 'else', [], [])
    nodes.append(helper.make_node('If', ['c'], ['y'], name='if', then_branch=inner, else_branch=outer))
    scan = helper.make_graph([], 'scan', [], [], initializer=[keep('scan/body/s', any_tensor('s'))])
    nodes.append(helper.make_node('Scan', [], ['z'], name='scan', num_scan_inputs=0, body=scan))
    nodes.append(helper.make_node('ConstantOfShape', ['c'], ['k'], name='fill', value=keep('fill value', make('', 'FLOAT', [1]))))
    nodes.append(helper.make_node('Own', [], ['p'], name='own', domain='com.example', many=[keep('own many[0]', any_tensor('')), keep('own many[1]', any_tensor(''))], most=2**63 - 1, ends=[2**63 - 1, -(2**63), 3]))
    values, indices = make('sparse', 'FLOAT', [3]), make('', 'INT64', [3])
    sparse = [helper.make_sparse_tensor(keep('sparse values', values), keep('sparse indices', indices), [9])]
    function = helper.make_function('local', 'twice', ['a'], ['b'], [helper.make_node('Constant', [], ['f'], value=keep('function local.twice/f', any_tensor('')))], [helper.make_opsetid('', 18)], ['missing'])
    keep('w', weight := any_tensor('w'))
    model(f'places{i}.onnx', [weight], UNKNOWN, [function], sparse, nodes)
    expected[f'places{i}.onnx'] = mine

# Lists written one number a field where onnx packs them, and packed where it does not; parts of a list apart.
kinds = {'FLOAT': (4, 5, '<f'), 'DOUBLE': (10, 1, '<d')}
mine, written = {}, b''
for kind, (number, wire, form) in kinds.items():
    body = block(1, varint(2)) + block(1, varint(2)) + field(2, 0, varint(TensorProto.DataType.Value(kind)))
    body += b''.join(field(number, wire, struct.pack(form, value)) for value in (1.5, -2.25, 0.0))
    body += block(number, struct.pack(form, 7.0)) + block(8, kind.encode())
    mine[kind] = found(TensorProto.FromString(body))
    written += block(5, body)
for kind, number in {'INT64': 7, 'UINT64': 11, 'INT32': 5, 'FLOAT16': 5}.items():
    body = field(2, 0, varint(TensorProto.DataType.Value(kind))) + block(1, varint(3))
    body += b''.join(field(number, 0, varint(value)) for value in ((2**63 - 1, 2**53 + 1, 5) if '64' in kind else (15360, 48128, 5)))
    body += block(8, kind.encode())
    mine[kind] = found(TensorProto.FromString(body))
    written += block(5, body)
# Attributes of version 3 of protobuf, which leaves zeros out, with a packed list.
attribute = block(1, b'axis') + field(20, 0, varint(2))
packed = block(1, b'axes') + block(8, varint(2**63 - 1) + varint(-1)) + field(20, 0, varint(7))
node = block(4, b'Own') + block(3, b'own') + block(7, b'com.example') + block(5, attribute) + block(5, packed)
with open(os.path.join(folder, 'packed.onnx'), 'wb') as file:
    file.write(field(1, 0, varint(8)) + block(8, field(2, 0, varint(17))) + block(7, block(1, node) + written))
expected['packed.onnx'] = mine

json.dump(expected, open(os.path.join(folder, 'expected.json'), 'w'))
