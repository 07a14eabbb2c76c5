// The surface over two weights is the network's own loss, and its contours are where they belong.
import { describe, expect, it } from 'vitest';
import { createArchitecture } from '../../../train/architectures/index.ts';
import { createParameters } from '../../../train/layers/net.ts';
import { createPredictor, evaluate } from '../../../train/loop/evaluate.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { contour, surfacePage } from '../../../train/surface/draw.ts';
import { computeSurface } from '../../../train/surface/surface.ts';
import { smallMnist } from '../small-mnist.ts';

const dataset = await smallMnist(100, 10);
const recipe = findRecipe('fc-mnist', {}, { init: 'variance-scaling' });
const architecture = createArchitecture(recipe.architecture, 10);
const parameters = createParameters(architecture, dataset.shape, 1);
const weights = new Map(
  [...parameters.weights].map(([name, variable]) => [
    name,
    { shape: variable.shape, values: Float32Array.from(variable.dataSync()) },
  ]),
);
const layer = 'hidden2/kernel';
const surface = computeSurface({ recipe, dataset, weights, layer, images: 100, side: 5, steps: 40 });

/** The loss of the network with two of its weights moved, by the ordinary forward pass. */
function lossOf(x: number, y: number): number {
  const predictor = createPredictor(architecture, parameters, recipe.standardize, dataset.shape);
  const moved = Float32Array.from(weights.get(layer)?.values ?? []);
  const [first, second] = surface.places;
  moved[first.index] = (moved[first.index] ?? 0) + x;
  moved[second.index] = (moved[second.index] ?? 0) + y;
  predictor.write(new Map([[layer, moved]]));
  const { loss } = evaluate(predictor, dataset.train);
  predictor.dispose();
  return loss;
}

describe('computeSurface', () => {
  it('has the loss of the network itself with these two weights moved', () => {
    for (const [row, column] of [
      [0, 0],
      [2, 2],
      [4, 1],
    ] as const) {
      const [x = 0, y = 0] = [surface.offsets[column], surface.offsets[row]];
      // Measured: equal to 1e-7 of the loss.
      expect(Math.abs((surface.losses[row]?.[column] ?? 0) / lossOf(x, y) - 1)).toBeLessThan(4e-7);
    }
    expect(surface.offsets[2]).toBe(0);
  });

  it('has paths that start together and go down, with the losses of where they are', () => {
    const starts = surface.paths.map(({ points: [first] }) => first);
    expect(surface.paths.map(({ optimizer }) => optimizer)).toEqual(['sgd', 'momentum', 'adam']);
    expect(new Set(starts.map((start) => JSON.stringify(start))).size).toBe(1);
    for (const { points } of surface.paths) {
      expect(points).toHaveLength(41);
      const last = points.at(-1);
      expect(last?.loss).toBeLessThan(starts[0]?.loss ?? 0);
      expect(Math.abs((last?.loss ?? 0) / lossOf(last?.x ?? 0, last?.y ?? 0) - 1)).toBeLessThan(4e-7);
    }
  });

  it('names a layer that there is not', () => {
    expect(() =>
      computeSurface({ recipe, dataset, weights, layer: 'hidden9/kernel', images: 10, side: 3, steps: 1 }),
    ).toThrow(/no weight hidden9\/kernel; there are: hidden1\/kernel/);
  });
});

describe('contour', () => {
  it('crosses where a slope has the level', () => {
    const slope = [
      [0, 1, 2],
      [0, 1, 2],
    ];
    expect(contour(slope, 0.5, 10)).toBe('M5.0 10.0L5.0 0.0');
    expect(contour(slope, 5, 10)).toBe('');
  });
});

describe('surfacePage', () => {
  it('draws every path, and asks for nothing', () => {
    const page = surfacePage('0001-fc-mnist', surface);
    for (const name of ['sgd', 'momentum', 'adam']) expect(page).toContain(`<title>${name}</title>`);
    expect(page).not.toMatch(/(?:src|href)="https?:/);
  });
});
