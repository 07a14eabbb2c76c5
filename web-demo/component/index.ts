// The browser entry: loads a model by its address and classifies pictures with it. The demo page is built on it.

import { isHubAddress } from '../../hub/address.ts';
import { answerOf, checkTask, otherTask } from '../../models/answer.ts';
import { checkCount, isList } from '../../models/call-options.ts';
import { messageOf } from '../../models/errors.ts';
import { checkOptions, type EveryOption } from '../../models/known-options.ts';
import { familiarityOf } from '../../models/novelty.ts';
import { type Addresses, addressesOf, sayToCopy } from './addresses.ts';
import { isAddress, wholeAddress } from './base.ts';
import { createCalls } from './calls.ts';
import { ModelError } from './errors.ts';
import { fromHub } from './hub/from-hub.ts';
import { isBlob, isBytes, isUrl } from './kind.ts';
import type { Opening, RuntimeMessage } from './protocol.ts';
import { type DownloadProgress, startRuntime } from './runtime.ts';
import { readPicture } from './source.ts';
import { startWorker } from './start-worker.ts';
import type {
  Answers,
  AnswerTask,
  ClassifyOptions,
  ExplainOptions,
  LayersOptions,
  LoadModel,
  LoadOptions,
  Model,
  ModelFileSource,
  PictureSource,
  WarmUp,
} from './types.ts';

export { ModelError, PictureError } from './errors.ts';
export { readPicture } from './source.ts';
export type * from './types.ts';

type AnyAnswer = Answers['any'];

const OPTIONS: EveryOption<LoadOptions> = {
  task: true,
  backend: true,
  threads: true,
  sha256: true,
  size: true,
  assets: true,
  hub: true,
  signal: true,
  progress: true,
};

const CLASSIFY_OPTIONS: EveryOption<ClassifyOptions> = { top: true, signal: true };

const EXPLAIN_OPTIONS: EveryOption<ExplainOptions> = { signal: true };

const LAYERS_OPTIONS: EveryOption<LayersOptions> = { contributions: true, signal: true };

/** Starts to fetch and compile the runtime, for a page that does not know yet which model it will open. */
export const warmUp: WarmUp = ({ assets } = {}) => {
  startRuntime(addressesOf('wasm', assets).wasm).compiled.catch(() => {}); // reported by loadModel, which waits for the same promise
};

/**
 * Opens a model file in a worker of its own.
 *
 *     const model = await loadModel('model.onnx');
 *     const { label, probability } = await model.classify(document.querySelector('canvas'));
 *
 * @param source - the address of a model file that `npm run export` wrote, the file, or a model of the Hugging Face Hub:
 * `hf:owner/name[@revision][/file]`.
 * @throws ModelError: `reason` says whether the file did not come, is not such a model, or cannot be run here; TypeError for
 * what can be no model file, and for values of options that are none; UserError for an option that there is not.
 */
export const loadModel: LoadModel = open;

function open(source: ModelFileSource, options?: LoadOptions): Promise<Model>;
function open(source: ModelFileSource, options: LoadOptions<'multi'>): Promise<Model<'multi'>>;
function open(source: ModelFileSource, options: LoadOptions<'regression'>): Promise<Model<'regression'>>;
function open(source: ModelFileSource, options: LoadOptions<AnswerTask>): Promise<Model<'any'>>;
async function open(source: ModelFileSource, options: LoadOptions<AnswerTask> = {}): Promise<Model<'any'>> {
  checkOptions('loadModel', options, OPTIONS);
  const { signal } = options;
  signal?.throwIfAborted();
  if (typeof Worker === 'undefined') {
    const message = "trainyard/browser runs in a browser. In Node: import { loadModel } from 'trainyard'"; // nor in a service worker
    throw new ModelError('runtime', message);
  }
  checkCount('threads', options.threads);
  const task = checkTask(options.task);
  checkSource(source);
  checkDigest(options.sha256);
  const { backend = 'wasm' } = options;
  if (backend !== 'wasm' && backend !== 'webgpu')
    throw new TypeError(`backend: received ${backend}, expected wasm or webgpu`);
  const addresses = addressesOf(backend, options.assets);
  const worker = startWorker(addresses.worker);
  const progress = addUp((loaded, total) => {
    if (!signal?.aborted) options.progress?.(loaded, total);
  });
  const calls = createCalls(worker, addresses.worker, progress('model'));
  if (backend === 'wasm') handRuntime(worker, addresses.wasm, progress('runtime'));
  try {
    const opening = await openingOf(source, options, addresses, progress('model'));
    signal?.throwIfAborted();
    const opened = await calls.ask({ type: 'open', opening }, 'opened', signal);
    const { card, size, sha256, backend, goldenDifference } = opened;
    const { shape } = card.input;
    const other = otherTask(card, task);
    if (other !== undefined) throw new ModelError('model', `${card.name}: ${other}`);

    async function classifyAll(
      sources: readonly PictureSource[],
      { top, signal }: ClassifyOptions,
    ): Promise<AnyAnswer[]> {
      signal?.throwIfAborted();
      checkCount('top', top);
      const pictures = await Promise.all(sources.map((source) => readPicture(source, signal)));
      const asked = { type: 'classify', pictures } as const;
      const { inputs, outputs, novelty, milliseconds } = await calls.ask(asked, 'classified', signal);
      return outputs.map((output, i) => {
        const input = inputs[i] ?? new Uint8Array();
        const beside = { ...familiarityOf(card, novelty?.[i]), input, shape, milliseconds };
        const answer = answerOf(card, output, top);
        if (answer.task === 'regression') return { ...answer, ...beside };
        return { ...answer, ...beside, probabilities: output };
      });
    }

    function classify(source: PictureSource, options?: ClassifyOptions): Promise<AnyAnswer>;
    function classify(sources: readonly PictureSource[], options?: ClassifyOptions): Promise<AnyAnswer[]>;
    async function classify(
      source: PictureSource | readonly PictureSource[],
      options: ClassifyOptions = {},
    ): Promise<AnyAnswer | AnyAnswer[]> {
      checkOptions('classify', options, CLASSIFY_OPTIONS);
      if (isList(source)) return classifyAll(source, options);
      const [answer] = await classifyAll([source], options);
      if (answer === undefined) throw new Error('the worker answered no picture, expected one');
      return answer;
    }

    return {
      card,
      size,
      sha256,
      backend,
      goldenDifference,
      classify,
      async explain(source, options = {}) {
        checkOptions('explain', options, EXPLAIN_OPTIONS);
        const { signal } = options;
        signal?.throwIfAborted();
        const picture = await readPicture(source, signal);
        const asked = { type: 'explain', picture } as const;
        const { label, map, without, place, input } = await calls
          .ask(asked, 'explained', signal)
          .catch(sayToCopy);
        return { label, map, without, place, input, shape };
      },
      async layers(source, options = {}) {
        checkOptions('layers', options, LAYERS_OPTIONS);
        const { contributions = 0, signal } = options;
        signal?.throwIfAborted();
        if (contributions !== 0) checkCount('contributions', contributions);
        const picture = await readPicture(source, signal);
        const asked = { type: 'look', picture, contributions } as const;
        const { label, layers, input } = await calls.ask(asked, 'looked', signal).catch(sayToCopy);
        return { label, layers, input, shape };
      },
      close: calls.close,
    };
  } catch (error) {
    calls.close();
    throw error;
  }
}

/** @throws TypeError for what is none, as scripts without types may give it: `new Uint8Array(7)` is a file of zeros. */
function checkSource(source: unknown): void {
  if (typeof source === 'string' ? isAddress(source) : isUrl(source) || isBlob(source) || isBytes(source))
    return;
  const shown = typeof source === 'string' ? JSON.stringify(source) : String(source);
  throw new TypeError(`received ${shown}, expected a model file: its address, a Blob, or its bytes`);
}

/** @throws TypeError for what is no SHA-256 in hex, in small or capital letters. */
function checkDigest(sha256: unknown): void {
  if (sha256 === undefined || (typeof sha256 === 'string' && /^[\da-f]{64}$/i.test(sha256))) return;
  throw new TypeError(`sha256: received ${JSON.stringify(sha256)}, expected 64 digits of hex`);
}

/** Sends the worker the WebAssembly when it is there. */
function handRuntime(worker: Worker, wasm: URL, progress: DownloadProgress): void {
  const runtime = startRuntime(wasm);
  runtime.listen(progress);
  const send = (message: RuntimeMessage) => worker.postMessage(message);
  runtime.compiled.then(
    (compiled) => send({ type: 'runtime', compiled }),
    (error) => {
      const reason = error instanceof ModelError ? error.reason : 'runtime';
      send({ type: 'no-runtime', reason, message: messageOf(error) });
    },
  );
}

/** Adds up the progress of two downloads: the runtime and the model. */
function addUp(tell: DownloadProgress): (part: 'runtime' | 'model') => DownloadProgress {
  const parts = { runtime: { loaded: 0, total: 0 }, model: { loaded: 0, total: 0 } };
  return (part) => (loaded, total) => {
    parts[part] = { loaded, total };
    const { runtime, model } = parts;
    tell(runtime.loaded + model.loaded, runtime.total + model.total);
  };
}

async function openingOf(
  source: ModelFileSource,
  options: LoadOptions<AnswerTask>,
  { wasm, hub, layers }: Addresses,
  progress: DownloadProgress,
): Promise<Opening> {
  const { backend = 'wasm', threads, sha256, size, signal } = options;
  const scripts = { wasm: wasm.href, layers: layers.href };
  const rest = { backend, threads, sha256: sha256?.toLowerCase(), size, ...scripts };
  if (typeof source === 'string' || isUrl(source)) {
    const word = String(source);
    if (isHubAddress(word))
      return { file: { bytes: await fromHub(word, options.hub, hub, progress, signal) }, ...rest };
    return { file: { url: wholeAddress(source).href }, ...rest };
  }
  const bytes = isBlob(source) ? new Uint8Array(await source.arrayBuffer()) : new Uint8Array(source);
  return { file: { bytes }, ...rest };
}
