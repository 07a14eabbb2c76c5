// What is promised of the embedding of every kind of model file: it is what Python's onnxruntime gives of the graph that onnx cuts
// off before its last dense layer, and smaller weights change its direction little.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { foldBatchNorm } from '../../export/passes/batch-norm.ts';
import { removeDead } from '../../export/passes/dead.ts';
import { calibrate } from '../../export/quantize/calibrate.ts';
import { toFloat16 } from '../../export/quantize/float16.ts';
import { toInt8, valuesToCalibrate } from '../../export/quantize/int8.ts';
import { goldenInput } from '../../models/golden.ts';
import type { Shape } from '../../models/image/shape.ts';
import { withEmbedding } from '../../models/onnx/embedding.ts';
import { decodeModel, encodeModel, type ModelProto } from '../../models/onnx/schema.ts';
import { withoutNovelty } from '../../models/onnx/without-novelty.ts';
import { python } from '../python.ts';
import { shippedModels } from '../shipped.ts';
import { ownCase } from './networks.ts';
import { exportCase } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-embedding-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Kind {
  readonly name: string;
  readonly model: ModelProto;
  readonly shape: Shape;
  /** As long as the features of the same network in float32, and in the same order: their cosine is compared with these. */
  readonly like?: string;
}

/** For each kind, of three pictures: the features of the cut graph, and the output that was added. */
const script = `
import json, sys, numpy, onnx, onnxruntime
folder, kinds = sys.argv[1], json.loads(sys.argv[2])
DENSE = {'Gemm', 'MatMul', 'MatMulInteger'}
def open_session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    return onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
for kind in kinds:
    path = f'{folder}/{kind["name"]}.onnx'
    if kind['name'] == 'dynamic':
        from onnxruntime.quantization import quantize_dynamic
        quantize_dynamic(f'{folder}/float32.onnx', path, op_types_to_quantize=['MatMul', 'Gemm'])
        continue
    graph = onnx.load(path).graph
    made = {name: node for node in graph.node for name in node.output}
    node = made[graph.output[0].name]
    while node.op_type not in DENSE:
        node = made[node.input[0]]
    taken = node.input[0]
    if node.op_type == 'MatMulInteger':
        taken = made[taken].input[0]
    onnx.utils.extract_model(path, f'{folder}/cut.onnx', [kind['input']], [taken], check_model=False)
    images = numpy.array(kind['pictures'], numpy.uint8).reshape(3, *kind['shape'])
    (cut,) = open_session(f'{folder}/cut.onnx').run(None, {kind['input']: images})
    (added,) = open_session(f'{folder}/{kind["name"]}-embedding.onnx').run([kind['output']], {kind['input']: images})
    print(json.dumps([kind['name'], str(added.dtype), cut[:3].astype(float).tolist(), added.tolist()]))
`;

const names = ['ramp', 'noise', 'zeros'] as const;
let kinds: Kind[];
let seen: Map<string, { readonly cut: number[][]; readonly added: number[][]; readonly type: string }>;

beforeAll(async () => {
  const read = (path: string) => decodeModel(readFileSync(path));
  const digits = read(shippedModels.digits);
  const gray: Shape = [28, 28, 1];
  const plain = withoutNovelty(digits);
  const folded = { ...plain, graph: removeDead(foldBatchNorm(plain.graph)) };
  const images = Uint8Array.from(names.flatMap((name) => [...goldenInput(name, gray)]));
  const ranges = await calibrate(folded, valuesToCalibrate(folded), images, gray);

  const own = (tta: 'none' | 'mirror-shift') =>
    exportCase(ownCase({ name: 'small-cnn', filters: [4, 6, 8] }, [13, 11, 3], tta));
  writeFileSync(join(folder, 'float32.onnx'), encodeModel(plain));
  // The file is made by onnxruntime.
  run([{ name: 'dynamic', model: plain, shape: gray }]);
  kinds = [
    { name: 'digits', model: digits, shape: gray },
    { name: 'cifar', model: read(shippedModels.cifar), shape: [32, 32, 3] },
    { name: 'float16', model: toFloat16(plain), shape: gray, like: 'digits' },
    { name: 'int8', model: toInt8(folded, ranges), shape: gray, like: 'digits' },
    { name: 'dynamic-int8', model: read(join(folder, 'dynamic.onnx')), shape: gray, like: 'digits' },
    { name: 'one-view', model: own('none'), shape: [13, 11, 3] },
    { name: 'views', model: own('mirror-shift'), shape: [13, 11, 3], like: 'one-view' },
  ];
  seen = run(kinds);
});

function run(all: readonly Kind[]): typeof seen {
  const asked = all.map(({ name, model, shape }) => {
    const input = model.graph.input[0]?.name ?? '';
    const { model: with_, output } = withEmbedding(model, input);
    writeFileSync(join(folder, `${name}.onnx`), encodeModel(model));
    writeFileSync(join(folder, `${name}-embedding.onnx`), encodeModel(with_));
    const pictures = names.flatMap((each) => [...goldenInput(each, shape)]);
    return { name, input, output, shape, pictures };
  });
  const lines = python(script, [folder, JSON.stringify(asked)])
    .trim()
    .split('\n')
    .filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [name, type, cut, added] = JSON.parse(line);
      return [name, { type, cut, added }];
    }),
  );
}

const of = (name: string) => seen.get(name) ?? { type: '', cut: [], added: [] };

it('is what the graph gives that onnx cuts off there, of float32, float16, int8 and several views', () => {
  expect([...seen.keys()]).toEqual(kinds.map(({ name }) => name));
  for (const { name } of kinds) {
    const { type, cut, added } = of(name);
    expect([name, type, added.length]).toEqual([name, 'float32', names.length]);
    const wide = cut.map((row) => row.flat(9));
    for (const [i, row] of wide.entries())
      for (const [k, value] of row.entries())
        expect(Math.abs(value - (added[i]?.[k] ?? Number.NaN)), name).toBeLessThan(1e-5); // measured: 0
    expect(added.map((row) => row.length)).toEqual(wide.map((row) => row.length));
  }
});

it('keeps its direction with smaller weights, and is that of the picture itself with several views', () => {
  for (const { name, like = '' } of kinds.filter(({ like }) => like !== undefined)) {
    const least = Math.min(...of(name).added.map((row, i) => cosine(row, of(like).added[i] ?? [])));
    expect(least, name).toBeGreaterThan(LEAST[name] ?? 1);
  }
});

/** Below the cosines that were measured. */
const LEAST: Readonly<Record<string, number>> = {
  float16: 0.9999,
  int8: 0.999,
  'dynamic-int8': 0.999,
  views: 0.999999,
};

function cosine(a: readonly number[], b: readonly number[]): number {
  const product = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, k) => sum + value * (y[k] ?? Number.NaN), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}
