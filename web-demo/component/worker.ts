// What a worker does: downloads and runs a model, so that the page is never blocked.
import { type Card, readCard } from '../../models/card.ts';
import { CARD_CHANGED, proofOf } from '../../models/card-proof.ts';
import { messageOf } from '../../models/errors.ts';
import { GOLDEN_TOLERANCE, goldenDifference, goldenInput } from '../../models/golden.ts';
import { flattenAlpha } from '../../models/image/alpha.ts';
import type { Picture } from '../../models/image/picture.ts';
import { preparePicture } from '../../models/image/prepare.ts';
import { chooseBackend, surroundings } from './backend.ts';
import { ModelError } from './errors.ts';
import { fetchModel, sha256Of } from './keep.ts';
import { meanColor, occlusionMap } from './occlusion.ts';
import type {
  ClassifiedReply,
  ExplainedReply,
  Opening,
  Reply,
  Request,
  RuntimeMessage,
  StopMessage,
} from './protocol.ts';
import type { Runner } from './runner.ts';
import type { Backend } from './types.ts';

interface Open {
  readonly card: Card;
  readonly runner: Runner;
}

/** Opens a model file on a backend, with the WebAssembly at an address. */
export type OpenRunner = (
  bytes: Uint8Array,
  card: Card,
  how: { readonly threads: number; readonly wasm: string },
) => Promise<Runner>;

/**
 * Answers the page's requests, one model for each worker.
 */
export function answerRequests(openRunner: OpenRunner): void {
  let model: Promise<Open> | undefined;
  /** Requests that are being answered, each with what ends its work. */
  const working = new Map<number, AbortController>();

  async function answer(request: Request, signal: AbortSignal): Promise<void> {
    if (request.type === 'open') {
      model = open(request.id, request.opening, openRunner);
      await model;
      return;
    }
    if (model === undefined) throw new Error('asked before a model was opened');
    const there = await model;
    if (request.type === 'classify') say(await classify(request.id, there, request.pictures));
    else say(await explain(request.id, there, request.picture, signal));
  }

  self.addEventListener('message', ({ data }: MessageEvent<Request | StopMessage | RuntimeMessage>) => {
    if (data.type === 'runtime' || data.type === 'no-runtime') return;
    if (data.type === 'stop') return working.get(data.id)?.abort();
    const stopping = new AbortController();
    working.set(data.id, stopping);
    answer(data, stopping.signal)
      .catch((error: unknown) => {
        const reason = error instanceof ModelError ? error.reason : 'model';
        say({ type: 'failed', id: data.id, reason, message: messageOf(error) });
      })
      .finally(() => working.delete(data.id));
  });
}

async function open(id: number, opening: Opening, openRunner: OpenRunner): Promise<Open> {
  const { bytes, sha256 } = await fileOf(opening, (loaded, total) =>
    say({ type: 'progress', loaded, total }),
  );
  const name = 'url' in opening.file ? opening.file.url : 'the model';
  const card = cardOf(bytes, name);
  const backend = await chooseBackend(opening, card, surroundings());
  const runner = await openRunner(bytes, card, { threads: backend.threads, wasm: opening.wasm });
  const golden = await checkGolden(card, runner, backend, name);
  say({ type: 'opened', id, card, size: bytes.length, sha256, backend, goldenDifference: golden });
  return { card, runner };
}

async function fileOf({ file, sha256, size }: Opening, progress: (loaded: number, total: number) => void) {
  if ('url' in file) return fetchModel(file.url, sha256, size, progress);
  return { bytes: file.bytes, sha256: await sha256Of(new Uint8Array(file.bytes)) };
}

function cardOf(bytes: Uint8Array, name: string): Card {
  try {
    const card = readCard(bytes);
    if (proofOf(card) === 'changed') throw new Error(CARD_CHANGED);
    return card;
  } catch (error) {
    throw new ModelError('model', `${name}: ${messageOf(error)}`);
  }
}

/**
 * As GOLDEN_TOLERANCE, of a graphics processor, which may multiply in lower precision. SwiftShader, the only one that this
 * was tried on, differs by 4e-7.
 */
const GPU_TOLERANCE = 1e-2;

/**
 * Runs the card's built-in pictures: this warms the model up and checks that this browser computes as expected.
 *
 * @throws ModelError when it does not, as the server does.
 */
async function checkGolden(
  { golden, input: { shape } }: Card,
  runner: Runner,
  backend: Backend,
  name: string,
): Promise<number | null> {
  if (golden.length === 0) {
    await runner.run([goldenInput('zeros', shape)]);
    return null;
  }
  const isGpu = backend.name === 'webgpu';
  const tolerance = isGpu ? GPU_TOLERANCE : GOLDEN_TOLERANCE;
  let largest = 0;
  for (const { input, probabilities } of golden) {
    const [got = []] = await runner.run([goldenInput(input, shape)]);
    const difference = goldenDifference(probabilities, got);
    if (!(difference <= tolerance))
      throw new ModelError(
        'model',
        `${name}: for the built-in picture "${input}" it differs from its card by ${difference.toExponential(1)}, more than ${tolerance}: the file is damaged, or this browser computes wrongly on ${isGpu ? 'WebGPU' : 'WebAssembly'}`,
      );
    largest = Math.max(largest, difference);
  }
  return largest;
}

async function classify(
  id: number,
  { card, runner }: Open,
  pictures: readonly Picture[],
): Promise<ClassifiedReply> {
  const inputs = pictures.map((picture) => inputOf(picture, card));
  const started = performance.now();
  const probabilities = await runner.run(inputs);
  return { type: 'classified', id, inputs, probabilities, milliseconds: performance.now() - started };
}

async function explain(
  id: number,
  { card, runner }: Open,
  picture: Picture,
  signal: AbortSignal,
): Promise<ExplainedReply> {
  const { shape } = card.input;
  const input = inputOf(picture, card);
  const [probabilities = new Float32Array()] = await runner.run([input]);
  const best = probabilities.indexOf(Math.max(...probabilities));
  const cover = card.input.prepare.rule === 'digit' ? [0] : meanColor(input, shape[2]);
  const map = await occlusionMap(input, shape, cover, async (inputs) => {
    signal.throwIfAborted();
    return (await runner.run(inputs)).map((answer) => answer[best] ?? 0);
  });
  return { type: 'explained', id, label: card.labels[best] ?? '', map, input };
}

/** Transparent pictures are laid on white, as on the server. */
function inputOf(picture: Picture, card: Card): Uint8Array {
  return preparePicture(flattenAlpha(picture), card.input.shape, card.input.prepare);
}

function say(reply: Reply): void {
  self.postMessage(reply);
}
