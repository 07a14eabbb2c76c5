// The transforms for photographs: each against what it is defined as, and none more than it says.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Shape } from '../../../models/image/shape.ts';
import { inPosition } from '../../../train/augment/dihedral.ts';
import { erase } from '../../../train/augment/erase.ts';
import { moveGeometry, movesPlaces, randomMatrix } from '../../../train/augment/geometry.ts';
import { type AugmentOptions, augmentImage, presets } from '../../../train/augment/index.ts';
import { lighting } from '../../../train/augment/lighting.ts';
import { random } from '../../../train/random.ts';
import { python } from '../../python.ts';
import { chosen, noise } from './pictures.ts';

const shape: Shape = [12, 12, 3];
const image = noise(shape);
/** Every transform draws the same numbers. */
const draw =
  (...numbers: number[]) =>
  () =>
    chosen(...numbers);

const everything: AugmentOptions = {
  ...presets.photo,
  maxShift: 0.1,
  minScale: 0.5,
  erase: 0.5,
};

describe('augmentImage with the transforms for photographs', () => {
  it.each(Object.entries({ ...presets, everything }))(
    '%s: the same again, another elsewhere',
    (name, options) => {
      const at = { seed: 1, epoch: 2, index: 3 };
      const seen = augmentImage(image, shape, options, at);
      expect(augmentImage(image, shape, options, at)).toEqual(seen);
      if (name === 'none') return expect(seen).toEqual(image);
      const others = Array.from({ length: 20 }, (_, index) =>
        augmentImage(image, shape, options, { ...at, index }),
      );
      expect(new Set(others.map((other) => other.join())).size).toBeGreaterThan(name === 'gentle' ? 10 : 15);
    },
  );

  // A change here changes every training and breaks the resuming of those under way.
  it('keeps its pixels for good', () => {
    const hash = createHash('sha256');
    for (const options of [everything, { flipVert: true, pLighting: 0.5, maxLighting: 0.5 } as const])
      for (let index = 0; index < 50; index++)
        hash.update(augmentImage(image, shape, options, { seed: 1, epoch: index % 2, index }));
    expect(hash.digest('hex')).toBe('01784e989009da9634d4c2caa613254197c660ffa37fa2441b767540300f4b15');
  });

  it("doesn't let one transform change what another draws", () => {
    for (let index = 0; index < 20; index++) {
      const at = { seed: 1, epoch: 0, index };
      const moved = augmentImage(image, shape, { maxRotate: 10, maxZoom: 1.2 }, at);
      const lit = augmentImage(moved, shape, { maxLighting: 0.2 }, at);
      expect(augmentImage(image, shape, { maxRotate: 10, maxZoom: 1.2, maxLighting: 0.2 }, at)).toEqual(lit);
    }
  });
});

describe('moveGeometry', () => {
  const move = (options: AugmentOptions, ...numbers: number[]) =>
    moveGeometry(image, shape, options, draw(...numbers));

  it('leaves what is not drawn as it is', () => {
    expect(move({ maxRotate: 10, maxZoom: 2, maxWarp: 0.2 }, 0.9, 0.9)).toBe(image);
  });

  it('rotates by a quarter as a quarter turn', () => {
    expect(move({ maxRotate: 90 }, 0, 1)).toEqual(inPosition(image, shape, 6));
    expect(move({ maxRotate: 90 }, 0, 0)).toEqual(inPosition(image, shape, 5));
  });

  it('mirrors nothing, whatever it does: a place keeps its neighbors’ order', () => {
    const next = random(1, 'test');
    for (let i = 0; i < 200; i++) {
      const [a, b, , d, e, , g, h, w] = randomMatrix(shape, { ...presets.photo, minScale: 0.3 }, () => next);
      expect((a * e - b * d) / w - g * h).toBeGreaterThan(0);
    }
  });

  it('zooms into the part that is drawn, and no further out than the picture', () => {
    const corner = randomMatrix(shape, { maxZoom: 2 }, draw(0, 1, 0, 1));
    // Twice as large, at the left and the bottom: what was from -1 to 0 and from 0 to 1.
    expect(corner).toEqual([0.5, 0, -0.5, 0, 0.5, 0.5, 0, 0, 1]);
    expect(randomMatrix(shape, { minScale: 0.25 }, draw(0, 0.5, 0.5))).toEqual([
      0.5, 0, 0, 0, 0.5, 0, 0, 0, 1,
    ]);
  });

  it('bends the corners to where perspective puts them', () => {
    const [a, b, c, d, e, f, g, h, w] = randomMatrix(shape, { maxWarp: 0.2 }, draw(0, 1, 0, 0.25));
    const [x, y] = [0.2, -0.1];
    for (const [toX, toY, fromX, fromY] of [
      [-1, -1, -1 - y, -1 - x],
      [-1, 1, -1 + y, 1 + x],
      [1, -1, 1 + y, -1 + x],
      [1, 1, 1 - y, 1 - x],
    ] as const) {
      const depth = g * fromX + h * fromY + w;
      expect((a * fromX + b * fromY + c) / depth).toBeCloseTo(toX, 12);
      expect((d * fromX + e * fromY + f) / depth).toBeCloseTo(toY, 12);
    }
  });

  it('shifts by whole pixels exactly, and reflects, repeats or blackens at the edge', () => {
    const row = Uint8Array.from([10, 20, 30, 40, 50, 10, 20, 30, 40, 50]);
    // 0.4 of a side of 5 pixels, whose centers are 4 apart: 1.6 pixels; a quarter of that range is no shift at all.
    const shifted = (padMode: AugmentOptions['padMode']) => [
      ...moveGeometry(row, [2, 5, 1], { maxShift: 0.5, ...(padMode && { padMode }) }, draw(0, 1, 0.5)).slice(
        0,
        5,
      ),
    ];
    expect(shifted(undefined)).toEqual([30, 40, 50, 40, 30]);
    expect(shifted('border')).toEqual([30, 40, 50, 50, 50]);
    expect(shifted('zeros')).toEqual([30, 40, 50, 0, 0]);
  });
});

const MAPS = `
import json, sys
import numpy as np, onnx, onnxruntime as ort
from onnx import helper, TensorProto as T
def sampler(padding):
    node = helper.make_node('GridSample', ['x', 'grid'], ['y'], mode='linear', align_corners=1, padding_mode=padding)
    value = lambda name, *shape: helper.make_tensor_value_info(name, T.FLOAT, shape)
    graph = helper.make_graph([node], 'g', [value('x', 'n', 'c', 'h', 'w'), value('grid', 'n', 'h', 'w', 2)], [value('y', 'n', 'c', 'h', 'w')])
    return ort.InferenceSession(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 20)], ir_version=10).SerializeToString())
samplers = {name: sampler(name) for name in ['reflection', 'border']}
def window(scale, column, row):
    return np.array([[scale, 0, (1 - scale) * (2 * column - 1)], [0, scale, (1 - scale) * (2 * row - 1)], [0, 0, 1]])
def matrix(height, width, o, drawn):
    p, m = o.get('pAffine', 0.75), np.eye(3)
    streams = {name: iter(numbers) for name, numbers in drawn.items()}
    def some(stream, bound):
        return (2 * next(streams[stream]) - 1) * bound
    if 'maxWarp' in o:
        x, y = (some('warp', o['maxWarp']) if next(streams['warp']) < p else 0 for _ in range(2))
        to, seen = [(-1, -1), (-1, 1), (1, -1), (1, 1)], [(-1 - y, -1 - x), (-1 + y, 1 + x), (1 + y, -1 + x), (1 - y, 1 - x)]
        rows, right = [], []
        for (tx, ty), (fx, fy) in zip(to, seen):
            rows += [[fx, fy, 1, 0, 0, 0, -tx * fx, -tx * fy], [0, 0, 0, fx, fy, 1, -ty * fx, -ty * fy]]
            right += [tx, ty]
        m = m @ np.append(np.linalg.solve(np.array(rows), np.array(right)), 1).reshape(3, 3)
    if 'maxRotate' in o and next(streams['rotate']) < p:
        a = np.radians(some('rotate', o['maxRotate']))
        pixels = np.diag([width, height, 1])
        m = m @ np.linalg.inv(pixels) @ np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]]) @ pixels
    if ('minZoom' in o or 'maxZoom' in o) and next(streams['zoom']) < p:
        low, high = o.get('minZoom', 1), o.get('maxZoom', 1)
        scale = 1 / (low + next(streams['zoom']) * (high - low))
        m = m @ window(scale, next(streams['zoom']), next(streams['zoom']))
    if 'maxShift' in o and next(streams['shift']) < p:
        m = m @ np.array([[1, 0, 2 * some('shift', o['maxShift'])], [0, 1, 2 * some('shift', o['maxShift'])], [0, 0, 1]])
    if 'minScale' in o:
        s = o['minScale']
        m = m @ window(np.sqrt(s + next(streams['crop']) * (1 - s)), next(streams['crop']), next(streams['crop']))
    return m
def sampled(image, shape, m, mode):
    height, width, channels = shape
    places = np.stack(np.meshgrid(np.linspace(-1, 1, width) if width > 1 else [-1], np.linspace(-1, 1, height) if height > 1 else [-1]) + [np.ones((height, width))], -1) @ m.T
    grid = places[..., :2] / places[..., 2:]
    # Along an axis of one pixel there is no place but that.
    grid = np.where([width > 1, height > 1], grid, 0)
    x = np.array(image, np.float32).reshape(shape).transpose(2, 0, 1)[None]
    name = 'reflection' if mode is None or mode == 'reflection' else 'border'
    y = samplers[name].run(None, {'x': x, 'grid': grid[None].astype(np.float32)})[0][0].transpose(1, 2, 0)
    outside = np.abs(grid).max(-1, keepdims=True)
    if mode == 'zeros': y = np.where(outside > 1, 0, y)
    # At the very edge a rounding decides.
    unsure = mode == 'zeros' and np.abs(outside - 1) < 1e-6
    return np.where(unsure, -1, y).ravel().tolist()
out = []
for c in json.load(sys.stdin):
    m = matrix(*c['shape'][:2], c['options'], c['draws'])
    out.append({'matrix': m.ravel().tolist(), 'pixels': sampled(c['image'], c['shape'], m, c['options'].get('padMode'))})
json.dump(out, sys.stdout)`;

import { real } from '../../real.ts';

it('maps places by the matrices that NumPy makes, and samples as ONNX’s GridSample', () => {
  const [share, side] = [real(0, 0.999), fc.integer({ min: 1, max: 9 })];
  const four = fc.tuple(share, share, share, share);
  const maps = fc.record(
    {
      maxRotate: fc.double({ min: 1, max: 180, noNaN: true }),
      minZoom: fc.double({ min: 0.2, max: 0.99, noNaN: true }),
      maxZoom: fc.double({ min: 1.01, max: 4, noNaN: true }),
      maxShift: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      maxWarp: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      minScale: fc.double({ min: 0.05, max: 0.99, noNaN: true }),
      pAffine: fc.constantFrom(0.3, 1),
      padMode: fc.constantFrom<('reflection' | 'border' | 'zeros')[]>('reflection', 'border', 'zeros'),
    },
    { requiredKeys: [] },
  );
  const cases = fc
    .sample(
      fc.record({
        shape: fc.tuple(side, side, fc.constantFrom(1, 3)),
        options: maps.filter(movesPlaces),
        draws: fc.record({ warp: four, rotate: four, zoom: four, shift: four, crop: four }),
      }),
      { numRuns: 60, seed: 5 },
    )
    .map((each) => ({ ...each, image: [...noise(each.shape)] }));
  const theirs: { matrix: number[]; pixels: number[] }[] = JSON.parse(
    python(MAPS, [], Buffer.from(JSON.stringify(cases))),
  );
  expect(theirs).toHaveLength(60);
  for (const [i, { matrix, pixels }] of theirs.entries()) {
    const { shape: size = shape, options = {}, draws, image: bytes = [] } = cases[i] ?? {};
    const drawn = (stream: string) => chosen(...(new Map(Object.entries(draws ?? {})).get(stream) ?? []));
    const own = randomMatrix(size, options, drawn);
    expect(Math.max(...own.map((value, k) => Math.abs(value - (matrix[k] ?? 0))))).toBeLessThan(1e-9);
    const moved = moveGeometry(Uint8Array.from(bytes), size, options, drawn);
    const differences = pixels.map((value, k) => (value < 0 ? 0 : Math.abs(value - (moved[k] ?? 0))));
    // Rounded to a byte; GridSample computes with float32.
    expect([options, Math.max(...differences) < 0.51]).toEqual([options, true]);
  }
});

describe('lighting', () => {
  // python3: sig(f * (logit(b / 255) + logit(c))) of fastai's formulas, c = 0.5 * 1.2, f = exp(log(0.8) * 1)
  it('is the sigmoid of the changed logit', () => {
    const bytes = Uint8Array.from([0, 1, 64, 128, 200, 254, 255]);
    expect([...lighting(bytes, { maxLighting: 0.2 }, draw(0, 1))]).toEqual([0, 4, 93, 148, 203, 253, 255]);
    expect([...lighting(bytes, { maxLighting: 0.2 }, draw(0, 0))]).toEqual([0, 0, 34, 96, 192, 255, 255]);
    expect(lighting(bytes, { maxLighting: 0.2 }, draw(0.8))).toEqual(bytes);
  });
});

describe('dihedral', () => {
  it('has eight different positions, each undone by another', () => {
    const all = Array.from({ length: 8 }, (_, position) => inPosition(image, shape, position));
    expect(new Set(all.map((each) => each.join())).size).toBe(8);
    for (const each of all)
      expect(Array.from({ length: 8 }, (_, p) => inPosition(each, shape, p).join())).toContain(image.join());
  });

  it('takes square pictures alone', () => {
    const everywhere = () => {
      for (let index = 0; index < 20; index++)
        augmentImage(noise([3, 4, 1]), [3, 4, 1], { flipVert: true }, { seed: 1, epoch: 0, index });
    };
    expect(everywhere).toThrow(/expected a square picture, received 3x4/);
  });
});

describe('erase', () => {
  it('replaces one rectangle, of at most 30 % of the picture', () => {
    const flat = new Uint8Array(40 * 40).fill(255);
    let largest = 0;
    for (let i = 0; i < 300; i++) {
      const erased = erase(flat, [40, 40, 1], { erase: 1 }, random(i, 'test'));
      const places = [...erased.keys()].filter((place) => erased[place] !== 255);
      const rows = places.map((place) => Math.floor(place / 40));
      const columns = places.map((place) => place % 40);
      const area =
        (Math.max(...rows) - Math.min(...rows) + 1) * (Math.max(...columns) - Math.min(...columns) + 1);
      if (places.length > 0) expect(places.length).toBeGreaterThan(0.85 * area - 4);
      largest = Math.max(largest, places.length / 1600);
    }
    expect(largest).toBeGreaterThan(0.2);
    expect(largest).toBeLessThanOrEqual(0.31);
  });
});
