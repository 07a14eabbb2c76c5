// Exports one model of the zoo and asks the file, tfjs-node and tfjs-wasm the same questions, in a process of its own;
// prints what it found as JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '../../../setup/libraries/without-telemetry.mjs';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { roundingsApart as apart } from '../../../export/parity/allowed.ts';
import { roundingOf } from '../../../export/parity/rounding.ts';
import { createInferenceSession } from '../../../export/parity/session.ts';
import { exportNetwork } from '../../../export/publish/export-network.ts';
import { type ReadNetwork, readNetwork } from '../../../export/tfjs/read.ts';
import type { InputSpec } from '../../../export/trace/index.ts';
import { messageOf } from '../../../models/errors.ts';
import { sizeOf } from '../../../models/shape.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { backend, tf, uint8Tensor, valuesOf } from '../../../train/graph/tensorflow.ts';
import { normal, random } from '../../../train/random.ts';
import { registerLayers } from './layers.ts';

const [path = '', name = '', wasm = ''] = process.argv.slice(2);

/** Numbers that a model is asked about; each kind is another question, whole numbers are what they round to. */
const kinds: Readonly<Record<string, (next: () => number) => number>> = {
  'pixels 0 to 1': (next) => next(),
  normal: (next) => normal(next),
  negative: (next) => -next(),
  zero: () => 0,
  'pixels 0 to 255': (next) => 255 * next(),
  large: (next) => 1000 * normal(next),
};

/** Height and width where they vary: other ones than those that an export is compared at. */
const SIZES: Readonly<Record<string, number>> = { N: 2, height: 64, width: 96 };

interface Question {
  readonly spec: InputSpec;
  readonly dims: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array;
}

type Answers = (ArrayLike<number> | undefined)[];

function ask({ inputs }: ReadNetwork, kind: string): Question[] {
  return inputs.map((spec) => {
    const next = random(77, `zoo/${kind}/${spec.name}`);
    const draw = kinds[kind] as (next: () => number) => number;
    const dims = spec.shape.map((size) => (typeof size === 'string' ? (SIZES[size] ?? 8) : size));
    const made = Float32Array.from({ length: sizeOf(dims) }, () => draw(next));
    if (spec.type === 'float32') return { spec, dims, values: made };
    if (spec.type === 'int32') return { spec, dims, values: Int32Array.from(made, Math.round) };
    if (spec.type === 'uint8') return { spec, dims, values: Uint8Array.from(made, (x) => Math.abs(x)) };
    return { spec, dims, values: Uint8Array.from(made, (x) => Number(Math.round(x) !== 0)) };
  });
}

function tensorOf({ spec, dims, values }: Question): Tensor {
  if (spec.type === 'uint8') return uint8Tensor(values as Uint8Array, [...dims]);
  return tf.tensor(values, [...dims], spec.type as 'float32');
}

async function byTfjs(
  which: 'tensorflow' | 'wasm',
  network: ReadNetwork,
  questions: Question[],
): Promise<Answers> {
  await tf.setBackend(which);
  const answers: ArrayLike<number>[] = [];
  try {
    tf.tidy(() => {
      for (const tensor of network.run(questions.map(tensorOf)))
        answers.push(Float32Array.from(which === 'wasm' ? tensor.dataSync() : valuesOf(tensor)));
    });
  } finally {
    await tf.setBackend('tensorflow');
  }
  return answers;
}

/** How many times as far apart as rounding moves the answers. */
function roundingsApart(network: ReadNetwork, questions: Question[], node: Answers, onnx: Answers): number {
  const inputs = questions.map((question) => ({ name: question.spec.name, tensor: tensorOf(question) }));
  const spread = roundingOf(
    network,
    inputs,
    node.map((values) => values ?? []),
  );
  tf.dispose(inputs.map(({ tensor }) => tensor));
  return Math.max(...node.map((values, i) => apart(values ?? [], onnx[i] ?? [], spread?.[i])));
}

async function byOnnxruntime(
  session: ort.InferenceSession,
  network: ReadNetwork,
  questions: Question[],
): Promise<Answers> {
  const feeds = questions.map(({ spec, dims, values }) => [
    spec.name,
    new ort.Tensor(spec.type, values, dims),
  ]);
  const got = await session.run(Object.fromEntries(feeds) as Record<string, ort.Tensor>);
  return network.outputs.map((output) => Array.from(got[output]?.data ?? [], Number));
}

/** The largest difference in any output, as a share of that output's largest value or of 1, whichever is larger. */
function difference(expected: Answers, got: Answers): number {
  return Math.max(
    0,
    ...expected.map((a, i) => {
      const b = got[i];
      if (a === undefined || b === undefined || a.length !== b.length) return Number.POSITIVE_INFINITY;
      let [largest, scale] = [0, 1];
      for (let k = 0; k < a.length; k++) {
        const [x, y] = [Number(a[k]), Number(b[k])];
        if (Object.is(x, y) || x === y) continue;
        const gap = Math.abs(x - y);
        largest = Math.max(largest, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap);
      }
      for (const x of Array.from(a)) if (Number.isFinite(x)) scale = Math.max(scale, Math.abs(x));
      return largest / scale;
    }),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'trainyard-zoo-'));
const said = (n: number) => (Number.isFinite(n) ? n : 1e38);
try {
  // The backend of tfjs-node, before another one is registered.
  void backend.binding;
  registerLayers();
  const began = performance.now();
  const read = { ...(await readNetwork(path)), name };
  const { files, nodes, comparison } = await exportNetwork(read, join(folder, 'model.onnx'));
  const seconds = (performance.now() - began) / 1000;
  const hasWasm = wasm !== '' && read.format !== 'SavedModel' && (await loadWasm());
  const session = await createInferenceSession(files[0] ?? '');
  const found = { node: 0, wasm: 0, 'node and wasm': 0, worst: '', 'roundings here': 0, asked: 0 };
  let missing: string | undefined = hasWasm ? undefined : 'no model of tfjs';
  for (const kind of Object.keys(kinds)) {
    const questions = ask(read, kind);
    let node: Answers;
    try {
      node = await byTfjs('tensorflow', read, questions);
    } catch {
      // An index outside of its array, which TensorFlow refuses.
      continue;
    }
    found.asked++;
    const onnx = await byOnnxruntime(session, read, questions);
    const gap = difference(node, onnx);
    if (!(gap <= found.node)) Object.assign(found, { node: said(gap), worst: kind });
    if (!(gap <= 1e-5)) {
      const apart = said(roundingsApart(read, questions, node, onnx));
      found['roundings here'] = Math.max(found['roundings here'], apart);
    }
    if (missing !== undefined) continue;
    try {
      const other = await byTfjs('wasm', read, questions);
      found.wasm = Math.max(found.wasm, said(difference(other, onnx)));
      found['node and wasm'] = Math.max(found['node and wasm'], said(difference(other, node)));
    } catch (error) {
      missing = messageOf(error).split('\n')[0] ?? '';
    }
  }
  console.log(
    JSON.stringify({
      written: true,
      nodes,
      seconds,
      own: said(comparison.largestDifference),
      roundings: said(comparison.roundings),
      ...found,
      ...(missing !== undefined && { wasm: null, 'node and wasm': null, why: missing }),
    }),
  );
} catch (error) {
  console.log(
    JSON.stringify({
      written: false,
      why: messageOf(error),
      stack: error instanceof Error && error.name !== 'UserError' ? error.stack : undefined,
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// Workers of a backend would keep it.
process.exit();

async function loadWasm(): Promise<boolean> {
  const { setWasmPaths } = createRequire(import.meta.url)(wasm) as { setWasmPaths(folder: string): void };
  setWasmPaths(join(wasm, 'dist/'));
  await tf.setBackend('wasm');
  await tf.ready();
  await tf.setBackend('tensorflow');
  return true;
}
