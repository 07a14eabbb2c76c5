// Where a network looks: at the places that its answer depends on.
import { describe, expect, it } from 'vitest';
import { architectureSchema, createArchitecture } from '../../../train/architectures/index.ts';
import { conv2d, globalAveragePool } from '../../../train/layers/convolution.ts';
import { dense } from '../../../train/layers/dense.ts';
import { createParameters, disposeParameters, inParts } from '../../../train/layers/net.ts';
import { attentionOf } from '../../../train/report/attention.ts';
import { resizeMap, withHeatMap } from '../../../train/report/heat.ts';

const shape = [16, 16, 1] as const;
const standardize = { mean: [0], deviation: [1] };

/** A picture that is white in one quarter. */
function quarter(row: number, column: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, i) =>
    Math.floor(i / 128) === row && Math.floor((i % 16) / 8) === column ? 255 : 0,
  );
}

describe('attention', () => {
  it('is where the only thing in a picture is, and where the evidence for the class is', () => {
    // One filter that sees brightness; class 1 is for it, class 0 against it.
    const architecture = inParts({
      maps: (net, x) =>
        conv2d(net, 'see', x, { filters: 1, kernel: 1, bias: false, initializer: () => Float32Array.of(1) }),
      pool: globalAveragePool,
      classify: (net, x) =>
        dense(net, 'logits', x, { units: 2, bias: false, initializer: () => Float32Array.of(-1, 1) }),
    });
    const parameters = createParameters(architecture, shape, 1);
    const state = new Map([
      ['see/kernel', Float32Array.of(1)],
      ['logits/kernel', Float32Array.of(-1, 1)],
    ]);
    const network = { architecture, parameters, state, standardize };
    const images = [quarter(0, 1), quarter(1, 0), quarter(0, 0)];
    const maps = attentionOf(network, shape, images, [1, 1, 0]) ?? [];
    expect(maps.length).toBe(3);
    expect([...(maps[0] ?? [])]).toEqual([...quarter(0, 1)].map((byte) => byte / 255));
    expect([...(maps[1] ?? [])]).toEqual([...quarter(1, 0)].map((byte) => byte / 255));
    // Nothing in the third one speaks for class 0.
    expect(Math.max(...(maps[2] ?? []))).toBe(0);
    disposeParameters(parameters);
  });

  it.each(['resnet', 'small-cnn', 'vgg'] as const)('can be asked of %s', (name) => {
    const options = {
      resnet: { name: 'resnet', blocks: [1, 1], widths: [4, 8], stem: 'small', dropout: 0 },
      'small-cnn': { name: 'small-cnn', filters: [4, 4, 4] },
      vgg: { name: 'vgg', batchNorm: true, dropout: 0, widths: [4, 4, 4, 4], hidden: 8 },
    } as const;
    const architecture = createArchitecture(architectureSchema.parse(options[name]), 3);
    const parameters = createParameters(architecture, shape, 1);
    const state = new Map(
      [...parameters.weights, ...parameters.statistics].map(([key, variable]) => [
        key,
        Float32Array.from(variable.dataSync()),
      ]),
    );
    const network = { architecture, parameters, state, standardize };
    const [map] = attentionOf(network, shape, [quarter(0, 0)], [2]) ?? [];
    expect(map?.length).toBe(256);
    expect(map?.every((value) => value >= 0 && value <= 1)).toBe(true);
    disposeParameters(parameters);
  });
});

describe('heat', () => {
  it('is resized by the centers of pixels, to a largest value of one', () => {
    expect([...resizeMap(Float32Array.of(0, 2), [1, 2], [1, 4])]).toEqual([0, 0.25, 0.75, 1]);
    expect([...resizeMap(new Float32Array(1), [1, 1], [2, 2])]).toEqual([0, 0, 0, 0]);
  });

  it('leaves a gray picture dark where nothing is', () => {
    expect([...withHeatMap(Uint8Array.of(200), [1, 1, 1], Float32Array.of(0))]).toEqual([50, 50, 50]);
  });
});
