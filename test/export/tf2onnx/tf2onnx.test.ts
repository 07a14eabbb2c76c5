// What is promised of --converter tf2onnx: every architecture of ours, converted both ways, answers as tfjs does.
import { beforeAll, expect, it } from 'vitest';
import { convertAllByTf2onnx } from '../../../export/tf2onnx/index.ts';
import { encodeModel, type ModelProto } from '../../../models/onnx/schema.ts';
import { type ArchitectureOptions, architectures } from '../../../train/architectures/index.ts';
import { stateOf } from '../../../train/graph/state.ts';
import { ownCase } from '../networks.ts';
import { checkModels, exportCase, largestDifference, traceCase } from '../support.ts';

// Of probabilities, against eager tfjs; so the two differ by less than twice that, which is below 1e-5. Measured: 1.3e-6
// of EfficientNet, 4.8e-7 of the others.
const TOLERANCE = 3e-6;

const networks: readonly (readonly [
  ArchitectureOptions,
  [number, number, number],
  'none' | 'mirror' | 'mirror-shift',
])[] = [
  [{ name: 'airbench', widths: [8, 12, 12] }, [32, 32, 3], 'mirror-shift'],
  [{ name: 'conv-net', filters: [4, 6], units: 16, initializer: 'small' }, [28, 28, 1], 'none'],
  [{ name: 'efficientnet-lite0', dropout: 0.2 }, [32, 32, 3], 'none'],
  [{ name: 'resnet', blocks: [1, 1], widths: [8, 12], stem: 'small', dropout: 0 }, [32, 32, 3], 'none'],
  [{ name: 'fully-connected', units: [16, 12], initializer: 'small' }, [28, 28, 1], 'none'],
  [{ name: 'small-cnn', filters: [4, 6, 8] }, [28, 28, 1], 'mirror'],
  [{ name: 'vgg', batchNorm: true, dropout: 0.5, widths: [4, 6, 8, 8], hidden: 16 }, [28, 28, 1], 'none'],
  [{ name: 'vgg', batchNorm: false, dropout: 0, widths: [4, 6, 8, 8], hidden: 16 }, [32, 32, 3], 'none'],
];
const cases = networks.map(([options, shape, tta]) => ownCase(options, shape, tta));
let converted: ModelProto[];

beforeAll(async () => {
  converted = await convertAllByTf2onnx(
    cases.map((subject) => ({
      graph: traceCase(subject),
      state: stateOf(subject.variables ?? new Map()),
      options: { name: subject.name, outputs: ['y0'] },
    })),
  );
});

it('every architecture is among them', () => {
  // A head alone is exported joined with the file below it: test/export/publish/with-backbone.test.ts. EfficientNet-Lite1 and
  // -Lite2 are -Lite0 with more of the same.
  const others = ['head', 'efficientnet-lite1', 'efficientnet-lite2'];
  const names = architectures.map(({ name }) => name).filter((it) => !others.includes(it));
  expect(new Set(networks.map(([{ name }]) => name))).toEqual(new Set(names));
});

it.each(cases.map((subject, i) => [subject.name, subject, i] as const))('%s', async (_, subject, i) => {
  const [theirs, ours] = [converted[i] as ModelProto, exportCase(subject)];
  for (const model of [ours, theirs])
    expect(await largestDifference(subject, encodeModel(model))).toBeLessThan(TOLERANCE);
  expect(theirs.graph.input).toEqual(ours.graph.input);
  expect(theirs.graph.output).toEqual(ours.graph.output);
  expect(theirs.opset_import.find(({ domain }) => !domain)?.version).toBe(17);
});

it("passes onnx's full check and strict shape inference", () => {
  const models = new Map(converted.map((model, i) => [String(i), encodeModel(model)]));
  expect(checkModels(models)).toBe(`${models.size} checked`);
});
