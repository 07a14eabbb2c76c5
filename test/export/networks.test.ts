// Whole networks, against eager tfjs: our own, tf.layers models, and random ones.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../models/onnx/schema.ts';
import type { ArchitectureOptions } from '../../train/architectures/index.ts';
import { disagreements } from './levels.ts';
import { layersCases, ownCase } from './networks.ts';
import { buildNetwork, network } from './random-networks.ts';
import { type Case, checkModels, exportCase, largestDifference } from './support.ts';

// Relative to 1 or to the value; the largest measured is 8.4e-7, over 1,500 random networks.
const TOLERANCE = 2e-6;

const models = new Map<string, Uint8Array>();

async function expectEqualAnswers(subject: Case, tolerance = TOLERANCE): Promise<void> {
  const model = encodeModel(exportCase(subject));
  models.set(subject.name, model);
  expect(await largestDifference(subject, model)).toBeLessThan(tolerance);
}

describe('networks', () => {
  const small: ArchitectureOptions = { name: 'small-cnn', filters: [4, 6, 8] };
  const fast: ArchitectureOptions = { name: 'airbench', widths: [8, 12, 12] };
  const named = [
    ownCase(small, [28, 28, 1]),
    ownCase(small, [13, 11, 3]),
    ownCase(small, [13, 11, 3], 'mirror'),
    ownCase(fast, [32, 32, 3]),
    ownCase(fast, [32, 32, 3], 'mirror-shift'),
    ...layersCases(),
  ];
  it.each(named.map((subject) => [subject.name, subject] as const))('%s', (_, subject) =>
    expectEqualAnswers(subject),
  );

  it('vgg', () => {
    const subject = ownCase(
      { name: 'vgg', batchNorm: true, dropout: 0.5, widths: [64, 128, 256, 512], hidden: 4096 },
      [28, 28, 1],
    );
    // Its outputs are sums over up to 4,608 values: 7.1e-6 measured.
    return expectEqualAnswers(subject, 1e-5);
  });
});

describe('random networks', () => {
  it('answer the same', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(network, (description) => expectEqualAnswers(buildNetwork(description))),
      { seed: 20, numRuns: 150 },
    );
  });

  it("answer alike at every level of onnxruntime's optimizer, on negative, zero and large inputs", {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(network, async (description) => {
        expect(await disagreements(description)).toEqual([]);
      }),
      { seed: 5, numRuns: 80 },
    );
  });
});

describe('together', () => {
  it("all models pass onnx's full check and strict shape inference", () => {
    const numbered = [...models.values()].map((bytes, i) => [String(i), bytes] as const);
    expect(checkModels(new Map(numbered))).toBe(`${models.size} checked`);
    expect(models.size).toBeGreaterThan(150);
  });
});
