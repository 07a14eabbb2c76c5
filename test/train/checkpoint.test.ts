// Checkpoints: what is written is what is read, in other languages too, and damage is named.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../train/checkpoint.ts';
import { findRecipe } from '../../train/recipes/index.ts';
import { readSafetensors, writeSafetensors } from '../../train/safetensors.ts';
import { python } from '../python.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-checkpoint-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const checkpoint: Checkpoint = {
  recipe: findRecipe('digits'),
  progress: {
    step: 3,
    stepsPerEpoch: 2,
    lossSum: 0.1 + 0.2,
    history: [{ epoch: 1, step: 2, trainLoss: 1 / 3, validLoss: 2 / 3, errorRate: 0.1 }],
    datasetDigests: { train: 'a', test: 'b' },
  },
  tensors: new Map([
    [
      'conv1/kernel',
      { shape: [2, 3], values: new Float32Array([1, -2, Math.fround(0.1), 1e-38, 3.4e38, -0]) },
    ],
    ['größe', { shape: [], values: new Float32Array([7]) }],
    ['empty', { shape: [0, 4], values: new Float32Array() }],
  ]),
};

describe('a checkpoint', () => {
  it('comes back to the bit', () => {
    const path = join(folder, 'whole.safetensors');
    writeCheckpoint(path, checkpoint);
    expect(readCheckpoint(path)).toEqual(checkpoint);
  });

  it('is the same file every time', () => {
    const [a, b] = [join(folder, 'a.safetensors'), join(folder, 'b.safetensors')];
    writeCheckpoint(a, checkpoint);
    writeCheckpoint(b, checkpoint);
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
  });

  it('opens in Python by the format’s own description', () => {
    const path = join(folder, 'python.safetensors');
    writeCheckpoint(path, checkpoint);
    const printed = python(
      `import json, struct, sys
import numpy
data = open(sys.argv[1], 'rb').read()
n, = struct.unpack('<Q', data[:8])
header = json.loads(data[8:8 + n])
at = header['conv1/kernel']
start, end = at['data_offsets']
assert (8 + n) % 8 == 0 and at['dtype'] == 'F32'
values = numpy.frombuffer(data[8 + n + start:8 + n + end], '<f4').reshape(at['shape'])
print(json.dumps({'values': values.astype(float).ravel().tolist(), 'recipe': json.loads(header['__metadata__']['recipe'])['name']}))`,
      [path],
    );
    const { values, recipe } = JSON.parse(printed);
    expect(values).toEqual([...(checkpoint.tensors.get('conv1/kernel')?.values ?? [])]);
    expect(recipe).toBe('digits');
  });
});

describe('a damaged file', () => {
  const path = () => join(folder, 'damaged.safetensors');

  it('is named wherever it was cut off', () => {
    writeCheckpoint(path(), checkpoint);
    const { length } = readFileSync(path());
    for (const size of [0, 7, 8, 100, length - 1]) {
      writeCheckpoint(path(), checkpoint);
      truncateSync(path(), size);
      expect(() => readCheckpoint(path()), `${size} bytes`).toThrow(/damaged\.safetensors is damaged/);
    }
  });

  it('may claim anything', () => {
    const bytes = Buffer.alloc(16);
    bytes.writeBigUInt64LE(10_000_000_000n);
    writeFileSync(path(), bytes);
    expect(() => readSafetensors(path())).toThrow(/claims 10000000000 bytes, the file has 16/);
  });

  it('may be missing, or of another kind', () => {
    expect(() => readCheckpoint(join(folder, 'nowhere'))).toThrow(/cannot be read/);
    writeSafetensors(path(), { tensors: new Map(), metadata: { format: 'pt' } });
    expect(() => readCheckpoint(path())).toThrow(/not a checkpoint of Trainyard: its format is "pt"/);
  });
});
