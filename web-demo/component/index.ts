// The browser entry: load a model by its address, classify pictures with it. The demo page itself stands on it.
import { createCalls } from './calls.ts';
import type { Opening } from './protocol.ts';
import { readPicture } from './source.ts';
import type { LoadModel, LoadOptions, ModelSource, Source } from './types.ts';

export { ModelError } from './errors.ts';
export { readPicture } from './source.ts';
export type * from './types.ts';

/**
 * Opens a model file in a worker of its own.
 *
 *     const model = await loadModel('model.onnx');
 *     const { label, probability } = await model.classify(document.querySelector('canvas'));
 *
 * @param source - the address of a model file that `npm run export` wrote, or the file.
 * @throws ModelError: `reason` says whether the file did not come, is no such model, or cannot be run here.
 */
export const loadModel: LoadModel = async (source, options = {}) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'trainyard' });
  const calls = createCalls(worker, options.progress);
  try {
    const opened = await calls.ask({ type: 'open', opening: await openingOf(source, options) }, 'opened');
    const { card, size, sha256, backend, goldenDifference } = opened;
    const { shape } = card.input;

    async function classifyAll(sources: readonly Source[]) {
      const pictures = await Promise.all(sources.map(readPicture));
      const { inputs, probabilities, milliseconds } = await calls.ask(
        { type: 'classify', pictures },
        'classified',
      );
      return probabilities.map((each, i) => {
        const probability = Math.max(...each);
        const label = card.labels[each.indexOf(probability)] ?? '';
        const input = inputs[i] ?? new Uint8Array();
        return { label, probability, probabilities: each, input, shape, milliseconds };
      });
    }

    return {
      card,
      size,
      sha256,
      backend,
      goldenDifference,
      classifyAll,
      async classify(picture) {
        const [answer] = await classifyAll([picture]);
        if (answer === undefined) throw new Error('the worker answered no picture, expected one');
        return answer;
      },
      async explain(picture) {
        const asked = { type: 'explain', picture: await readPicture(picture) } as const;
        const { label, map, input } = await calls.ask(asked, 'explained');
        return { label, map, input, shape };
      },
      close: calls.close,
    };
  } catch (error) {
    calls.close();
    throw error;
  }
};

async function openingOf(source: ModelSource, options: LoadOptions): Promise<Opening> {
  const { backend = 'wasm', threads, sha256, size } = options;
  const rest = { backend, threads, sha256, size };
  if (typeof source === 'string' || source instanceof URL) {
    return { file: { url: new URL(source, document.baseURI).href }, ...rest };
  }
  const bytes = source instanceof Blob ? new Uint8Array(await source.arrayBuffer()) : new Uint8Array(source);
  return { file: { bytes }, ...rest };
}
