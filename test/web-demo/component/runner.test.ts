// A model answers one batch at a time, in their order; one that fails does not keep the others.
import { Tensor } from 'onnxruntime-web/wasm';
import { expect, test } from 'vitest';
import { cardSchema } from '../../../models/card.ts';
import { createGraph, inTurn } from '../../../web-demo/component/graph.ts';
import { createRunner } from '../../../web-demo/component/runner.ts';

const card = cardSchema.parse({
  format: 'trainyard-card/1',
  name: 'm',
  description: '',
  labels: ['a'],
  input: { name: 'image', shape: [1, 1, 1], prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' } },
  output: { name: 'probabilities' },
  architecture: { name: 'n', parameters: 1 },
  recipe: {},
  recipeDigest: '0'.repeat(64),
  weightsDigest: '0'.repeat(64),
  datasets: [],
  metrics: null,
  golden: [],
  parity: null,
});
/** A session as WebGPU's: asked a second time before it has answered, it never answers either. */
function session() {
  let running = 0;
  return {
    inputNames: [],
    outputNames: [],
    inputMetadata: [],
    outputMetadata: [],
    startProfiling() {},
    endProfiling() {},
    async release() {},
    async run({ image }: Record<string, unknown>) {
      if (++running > 1) return new Promise<never>(() => {});
      await new Promise((resolve) => setTimeout(resolve));
      running--;
      const [first = 0] = image instanceof Tensor && image.data instanceof Uint8Array ? image.data : [];
      if (first === 0) throw new Error('no zeros');
      return { probabilities: new Tensor('float32', Float32Array.of(1 / first)) };
    },
  };
}

test('calls at once are answered one after the other', async () => {
  const open = inTurn(async () =>
    createGraph(session(), ({ data, dims }) => new Tensor('uint8', Uint8Array.from(data), dims)),
  );
  const { run } = createRunner(await open(new Uint8Array(), { threads: 1, wasm: '' }), card);
  const asked = [4, 0, 2].map((byte) => run([Uint8Array.of(byte)]));
  const settled = await Promise.allSettled(asked);
  expect(settled).toEqual([
    { status: 'fulfilled', value: [Float32Array.of(0.25)] },
    { status: 'rejected', reason: new Error('no zeros') },
    { status: 'fulfilled', value: [Float32Array.of(0.5)] },
  ]);
}, 5_000);
