// Whole networks, against eager tfjs: our own, tf.layers models, and random ones.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../models/onnx/schema.ts';
import { layersCases, smallNetworkCase } from './networks.ts';
import { buildNetwork, network } from './random-networks.ts';
import { type Case, checkModels, exportCase, largestDifference } from './support.ts';

// Relative to 1 or to the value; the largest measured is 8.4e-7, over 1,500 random networks.
const TOLERANCE = 2e-6;

const models = new Map<string, Uint8Array>();

async function expectEqualAnswers(subject: Case): Promise<void> {
  const model = encodeModel(exportCase(subject));
  models.set(subject.name, model);
  expect(await largestDifference(subject, model)).toBeLessThan(TOLERANCE);
}

describe('networks', () => {
  const named = [smallNetworkCase([28, 28, 1]), smallNetworkCase([13, 11, 3]), ...layersCases()];
  it.each(named.map((subject) => [subject.name, subject] as const))('%s', (_, subject) =>
    expectEqualAnswers(subject),
  );
});

describe('random networks', () => {
  it('answer the same', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(network, (description) => expectEqualAnswers(buildNetwork(description))),
      { seed: 20, numRuns: 150 },
    );
  });
});

describe('together', () => {
  it("all models pass onnx's full check and strict shape inference", () => {
    const numbered = [...models.values()].map((bytes, i) => [String(i), bytes] as const);
    expect(checkModels(new Map(numbered))).toBe(`${models.size} checked`);
  });
});
