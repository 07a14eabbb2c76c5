// What runs a model is what was asked for; what cannot be had is said, with what is missing.
import { expect, test } from 'vitest';
import { cardSchema } from '../../../models/card.ts';
import { chooseBackend, type Surroundings } from '../../../web-demo/component/backend.ts';

const everything: Surroundings = {
  isolated: true,
  processors: 8,
  webAssembly: true,
  webGpu: async () => true,
};

const card = (parameters: number) =>
  cardSchema.parse({
    format: 'trainyard-card/1',
    name: 'm',
    description: '',
    labels: ['a'],
    input: { name: 'image', shape: [28, 28, 1], prepare: { rule: 'digit' } },
    output: { name: 'probabilities' },
    architecture: { name: 'n', parameters },
    recipe: {},
    recipeDigest: '0'.repeat(64),
    weightsDigest: '0'.repeat(64),
    datasets: [],
    metrics: null,
    golden: [],
    parity: null,
  });
const [small, large] = [card(80_000), card(2_000_000)];
const automatic = { backend: 'wasm', threads: undefined } as const;

test.each([
  ['a small model', small, everything, 1],
  ['a large model', large, everything, 4],
  ['a large model on two processors', large, { ...everything, processors: 2 }, 2],
  ['a large model on a page that is not isolated', large, { ...everything, isolated: false }, 1],
])('by itself, %s gets as many threads as pay', async (_, model, surroundings, threads) => {
  expect(await chooseBackend(automatic, model, surroundings)).toEqual({ name: 'wasm', threads });
});

test('what was asked for is what runs', async () => {
  const asked = { backend: 'wasm', threads: 2 } as const;
  expect(await chooseBackend(asked, small, everything)).toEqual({ name: 'wasm', threads: 2 });
  const gpu = { backend: 'webgpu', threads: undefined } as const;
  expect(await chooseBackend(gpu, small, everything)).toEqual({ name: 'webgpu', threads: 1 });
});

test.each([
  ['threads', { backend: 'wasm', threads: 2 }, { isolated: false }, /Cross-Origin-Embedder-Policy/],
  ['WebGPU', { backend: 'webgpu', threads: undefined }, { webGpu: async () => false }, /no WebGPU adapter/],
  ['WebAssembly', automatic, { webAssembly: false }, /no WebAssembly/],
] as const)('without %s there is a message and no other backend', async (_, asked, lacking, message) => {
  const surroundings = { ...everything, ...lacking };
  await expect(chooseBackend(asked, small, surroundings)).rejects.toThrow(message);
});
