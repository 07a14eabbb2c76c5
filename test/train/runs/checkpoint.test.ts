// Checkpoints: what is written is what is read, in other languages too, and damage is named.
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { readSafetensors, writeSafetensors } from '../../../train/files/safetensors.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../../train/runs/checkpoint.ts';
import { python } from '../../python.ts';

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
    datasetDigests: { train: 'a', validation: 'b' },
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

  it('of before there was a digest is read, and says what of it is damaged', () => {
    const path = join(folder, 'former.safetensors');
    const former = (progress: unknown) =>
      writeSafetensors(path, {
        tensors: checkpoint.tensors,
        metadata: {
          ...{ format: 'trainyard-checkpoint/1', recipe: JSON.stringify(checkpoint.recipe) },
          progress: JSON.stringify(progress),
        },
      });
    former(checkpoint.progress);
    expect(readCheckpoint(path)).toEqual(checkpoint);
    former({ ...checkpoint.progress, step: -1 });
    expect(() => readCheckpoint(path)).toThrow(
      /former\.safetensors cannot be read by this version of Trainyard\. Its progress is damaged: step: /,
    );
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

describe('a full disk', () => {
  it('is named, and leaves the checkpoint from before', () => {
    const path = join(folder, 'full.safetensors');
    writeCheckpoint(path, checkpoint);
    const before = readFileSync(path);
    // The system's own device that is always full, in the place of the temporary file.
    symlinkSync('/dev/full', `${path}.${process.pid}.tmp`);
    const later = { ...checkpoint, progress: { ...checkpoint.progress, step: 4 } };
    expect(() => writeCheckpoint(path, later)).toThrow(
      /The disk is full: .*full\.safetensors needs 0\.0 MB \(ENOSPC.*The file of that name from before is untouched/,
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('full.'))).toEqual(['full.safetensors']);
  });

  it('is not the only reason', () => {
    const path = join(folder, 'nowhere', 'last.safetensors');
    expect(() => writeCheckpoint(path, checkpoint)).toThrow(
      /cannot be written: ENOENT.*Nothing was there before/,
    );
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

  it('is found out by any one bit', () => {
    writeCheckpoint(path(), checkpoint);
    const whole = readFileSync(path());
    const read = (bytes: Buffer) => {
      writeFileSync(path(), bytes);
      return readCheckpoint(path());
    };
    // One bit of every fifth or sixth byte, another one each time.
    for (let bit = 0; bit < whole.length * 8; bit += 45) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      let error: unknown;
      try {
        // White space around the header is the one place where a wrong bit may do no harm.
        expect(read(bytes), `bit ${bit}`).toEqual(checkpoint);
      } catch (thrown) {
        error = thrown;
      }
      if (error !== undefined) expect(error, `bit ${bit}`).toBeInstanceOf(UserError);
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
