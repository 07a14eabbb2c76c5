// The other converter: a traced graph through tf2onnx in Python, to compare our own with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { decodeModel, type ModelProto } from '../../models/onnx/schema.ts';
import '../../setup/libraries/without-telemetry.mjs';
import { SetupError } from '../../setup/errors.mjs';
import { tensorflowPython } from '../../setup/libraries/tensorflow-python.mjs';
import { root } from '../../setup/paths.mjs';
import type { Graph } from '../../train/graph/graph.ts';
import { encodeGraph } from '../../train/graph/saved-model.ts';
import type { State } from '../../train/graph/state.ts';
import type { ConvertOptions } from '../convert.ts';
import { onnxType, valueInfo } from '../graph/onnx.ts';
import { OPSETS } from '../graph/opsets.ts';
import { freeze } from '../to/frozen-graph.ts';

/** A graph to be converted, with the values of its variables. */
export interface Conversion {
  readonly graph: Graph;
  readonly state: State;
  readonly options: Pick<ConvertOptions, 'name' | 'outputs' | 'opset'>;
}

const script = join(root, 'export/tf2onnx/convert.py');

/** Protobuf's limit for one message, bytes: a frozen graph has its weights inside. */
const LIMIT = 2 ** 31 - 1;

/**
 * Converts a graph by `python -m tf2onnx.convert --graphdef`. Inputs and outputs have the same names, types and
 * dynamic batch as in our own file; weights have the names that tf2onnx gives them.
 * @throws UserError when tf2onnx is not available or cannot convert the graph, with the end of what it said.
 */
export async function convertByTf2onnx(
  graph: Graph,
  state: State,
  options: Conversion['options'],
): Promise<ModelProto> {
  const [model] = await convertAllByTf2onnx([{ graph, state, options }]);
  if (model === undefined) throw new Error('tf2onnx gave no model');
  return model;
}

/** Converts several graphs in one process: loading TensorFlow takes longer than a conversion. */
export async function convertAllByTf2onnx(jobs: readonly Conversion[]): Promise<ModelProto[]> {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-tf2onnx-'));
  try {
    const frozen = jobs.map(({ graph, state, options }) => freeze(graph, state, options.outputs));
    const lines = frozen.map(({ nodes, inputs, outputs }, i) => {
      const bytes = encodeGraph(nodes);
      if (bytes.length > LIMIT)
        throw new UserError(
          `tf2onnx takes graphs up to 2 GB; ${jobs[i]?.options.name} has ${(bytes.length / 1e9).toFixed(1)} GB. Leave out --converter tf2onnx.`,
        );
      const from = join(folder, `${i}.pb`);
      writeFileSync(from, bytes);
      const [ins, outs] = [inputs, outputs].map((ports) => ports.map(({ name }) => name));
      const references = (names: readonly string[] = []) => names.map((name) => `${name}:0`).join();
      return JSON.stringify([
        ...['--graphdef', from, '--output', join(folder, `${i}.onnx`)],
        ...['--opset', String(jobs[i]?.options.opset ?? OPSETS.usual)],
        ...['--inputs', references(ins), '--outputs', references(outs)],
        ...['--rename-inputs', ins?.join() ?? '', '--rename-outputs', outs?.join() ?? ''],
      ]);
    });
    await runPython(lines, jobs.map(({ options }) => options.name).join(', '));
    return frozen.map(({ inputs, outputs }, i) => {
      const path = join(folder, `${i}.onnx`);
      if (!existsSync(path)) throw new UserError(`tf2onnx wrote no model of ${jobs[i]?.options.name}.`);
      const model = decodeModel(readFileSync(path));
      // tf2onnx calls the batch unk__7 or the like, and some shapes it does not know.
      const declare = (ports: typeof inputs) =>
        ports.map(({ name, dtype, shape }) => valueInfo(name, onnxType(dtype) ?? 0, shape));
      const graph = {
        ...model.graph,
        name: jobs[i]?.options.name ?? '',
        input: declare(inputs),
        output: declare(outputs),
      };
      return { ...model, graph };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const WAY_OUT = "Leave out --converter tf2onnx to use Trainyard's own exporter.";

/** Lines of its output that are shown when it fails. */
const SHOWN = 12;

async function runPython(lines: readonly string[], what: string): Promise<void> {
  const { executable, env } = await python();
  const child = spawn(executable, [script], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'close');
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-20_000);
    });
  // If Python has ended already, its exit status says so.
  child.stdin.on('error', () => {});
  child.stdin.end(`${lines.join('\n')}\n`);
  const [code, signal] = await ended;
  // It writes a model with TensorFlow's own op in it, which nothing can run.
  const unknown = [...said.matchAll(/Tensorflow op \[(.+?)\] is not supported/gi)].map(([, op]) => op);
  if (unknown.length > 0) throw new UserError(`tf2onnx does not know ${unknown.join(', ')}. ${WAY_OUT}`);
  if (code === 0) return;
  const end = said.trimEnd().split('\n').slice(-SHOWN).join('\n  ');
  throw new UserError(
    `tf2onnx could not convert ${what} (${signal ?? `exit status ${code}`}). It said:\n  ${end}\n${WAY_OUT}`,
  );
}

async function python(): ReturnType<typeof tensorflowPython> {
  try {
    return await tensorflowPython();
  } catch (error) {
    throw error instanceof SetupError ? new UserError(error.message, { cause: error }) : error;
  }
}
