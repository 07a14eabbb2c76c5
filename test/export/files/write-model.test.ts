// What is promised of written files: large weights beside the model, whole or not at all, the same bytes anywhere.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { convert } from '../../../export/convert.ts';
import { writeModel } from '../../../export/files/write-model.ts';
import { compareNetwork } from '../../../export/parity/compare-network.ts';
import { exportNetwork } from '../../../export/publish/export-network.ts';
import { type Network, networkToOnnx, traceNetwork } from '../../../export/trace/network.ts';
import { decodeModel } from '../../../models/onnx/schema.ts';
import { root } from '../../../setup/paths.mjs';
import { tf } from '../../../train/graph/tensorflow.ts';
import { python } from '../../python.ts';
import { weight } from '../ops/weight.ts';
import { saveLayers } from '../tfjs/saved.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-write-'));
afterAll(() => rmSync(folder, { recursive: true }));

const variables = new Map(
  [
    ['first/kernel', [40, 300]],
    ['second/kernel', [300, 5]],
  ].map(([name, shape]) => [name as string, tf.variable(weight(name as string, shape as number[]))]),
);

const network: Network = {
  name: 'two-layers',
  inputs: [{ name: 'x', type: 'float32', shape: ['N', 40] }],
  outputs: ['y'],
  variables,
  run: ([x]) =>
    [...variables.values()]
      .slice(0, 2)
      .reduce((y, w) => [tf.tanh(tf.matMul(y[0] as never, w as never))], [x ?? tf.scalar(0)]),
};

const checker = `
import onnx, sys
onnx.checker.check_model(sys.argv[1], full_check=True)
model = onnx.load(sys.argv[1])
print(sum(len(tensor.raw_data) for tensor in model.graph.initializer))`;

describe('large weights', () => {
  it('are in a second file, which Node and Python find', async () => {
    const path = join(folder, 'large', 'model.onnx');
    const files = await writeModel(path, networkToOnnx(network), undefined, 10_000);
    expect(files[0]).toBe(path);
    expect(files[1]).toMatch(/model-[0-9a-f]{12}\.data$/);
    expect(readdirSync(join(folder, 'large'))).toHaveLength(2);
    // Two weights of 48,000 and 6,000 bytes, each from a page of its own.
    expect(statSync(files[1] ?? '').size).toBe(12 * 4096 + 2 * 4096);
    expect(statSync(path).size).toBeLessThan(1000);
    const { largestDifference } = await compareNetwork(network, path, traceNetwork(network).graph);
    // 1.7e-6 measured, on inputs of some thousands.
    expect(largestDifference).toBeLessThan(3e-6);
    expect(python(checker, [path]).trim()).toBe('54000');
  });

  it('are complete before the model has its name, and nothing is left when a check fails', async () => {
    const path = join(folder, 'refused', 'model.onnx');
    const attempt = writeModel(
      path,
      networkToOnnx(network),
      async (temporary) => {
        expect(decodeModel(readFileSync(temporary)).graph.name).toBe('two-layers');
        expect(readdirSync(join(folder, 'refused'))).toHaveLength(1);
        throw new Error('refused');
      },
      10_000,
    );
    await expect(attempt).rejects.toThrow('refused');
    expect(readdirSync(join(folder, 'refused'))).toEqual([]);
  });
});

it('is not written when it answers otherwise', async () => {
  let calls = 0;
  const changing: Network = {
    ...network,
    // As traced twice, then otherwise.
    run: (inputs) => network.run(inputs).map((y) => (++calls > 2 ? tf.add(y, 0.01) : y)),
  };
  const path = join(folder, 'otherwise', 'model.onnx');
  await expect(exportNetwork(changing, path)).rejects.toThrow(
    /two-layers was not exported: onnxruntime does not answer as tfjs does\. The largest difference is .* in output y, with inputs of these kinds: .*Nothing was written.*To write it all the same: `--tolerance 0\.\d+`\./,
  );
  expect(readdirSync(join(folder, 'otherwise'))).toEqual([]);
});

it('is written with what differs where that is allowed, and refused beyond', async () => {
  const wrong: typeof convert = (...all) => {
    const onnx = convert(...all);
    const [first] = onnx.graph.initializer;
    const bytes = first?.raw_data?.slice() ?? new Uint8Array();
    const weights = new Float32Array(bytes.buffer).map((weight) => weight * 1.01);
    const changed = { ...first, raw_data: new Uint8Array(weights.buffer) } as typeof first & {};
    return { ...onnx, graph: { ...onnx.graph, initializer: [changed, ...onnx.graph.initializer.slice(1)] } };
  };
  const path = join(folder, 'allowed.onnx');
  await expect(exportNetwork(network, path, { convert: wrong })).rejects.toThrow(
    /as far as rounding moves it/,
  );
  await expect(exportNetwork(network, path, { convert: wrong, tolerance: 1e-4 })).rejects.toThrow(
    /allowed by --tolerance: 1e-4/,
  );
  const { comparison } = await exportNetwork(network, path, { convert: wrong, tolerance: 0.2 });
  expect(comparison.largestDifference).toBeGreaterThan(1e-3);
});

it('may be converted by another program, and is held to the same', async () => {
  const path = join(folder, 'other.onnx');
  const given: unknown[] = [];
  const { files } = await exportNetwork(network, path, {
    opset: 15,
    convert: async (graph, state, options) => {
      given.push(options);
      return convert(graph, state, options);
    },
  });
  expect(files).toEqual([path]);
  expect(given).toEqual([{ name: 'two-layers', outputs: ['y'], opset: 15 }]);
  const double: Network = { ...network, run: (inputs) => network.run(inputs).map((y) => tf.mul(y, 2)) };
  const wrong = () => networkToOnnx(double);
  await expect(exportNetwork(network, path, { convert: wrong })).rejects.toThrow(/was not exported/);
});

it('gives the same bytes from another folder, in another time zone and language', async () => {
  const { layers } = tf;
  const model = tf.sequential({
    layers: [
      layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [9, 9, 3] }),
      layers.batchNormalization(),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  const { path } = await saveLayers(join(folder, 'saved'), model);
  const exportIn = (name: string, env: Record<string, string>) => {
    const cwd = join(folder, name);
    mkdirSync(cwd);
    const options = ['--labels', 'a,b,c', '--name', 'same', '--repository', 'models'];
    const command = [join(root, 'bin/trainyard.mjs'), 'export', path, ...options];
    const { status, stderr } = spawnSync(process.execPath, command, {
      cwd,
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    return createHash('sha256')
      .update(readFileSync(join(cwd, 'models/same/1/model.onnx')))
      .digest('hex');
  };
  const here = exportIn('here', { TZ: 'UTC', LANG: 'C' });
  expect(exportIn('there', { TZ: 'Pacific/Chatham', LANG: 'de_DE.UTF-8' })).toBe(here);
});
