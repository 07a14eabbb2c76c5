// What a worker does: downloads and runs a model, so that the page is never blocked.
import { type Card, readCard } from '../../models/card.ts';
import { CARD_CHANGED, proofOf } from '../../models/card-proof.ts';
import { messageOf } from '../../models/errors.ts';
import { expectedAnswers, outputDifference, unitsOf } from '../../models/expected.ts';
import { GOLDEN_TOLERANCE, goldenInput } from '../../models/golden.ts';
import { flattenAlpha } from '../../models/image/alpha.ts';
import type { Picture } from '../../models/image/picture.ts';
import { placeOf, preparePicture } from '../../models/image/prepare.ts';
import { chooseBackend, surroundings } from './backend.ts';
import { ModelError } from './errors.ts';
import { inTurn, type OpenGraph } from './graph.ts';
import { fetchModel, sha256Of } from './keep.ts';
import type { LookInside } from './layers.ts';
import { loadLayers } from './load-layers.ts';
import type {
  ClassifiedReply,
  ExplainedReply,
  LookedReply,
  Opening,
  Reply,
  Request,
  RuntimeMessage,
  StopMessage,
} from './protocol.ts';
import { createRunner, type Runner } from './runner.ts';
import type { Backend, Rectangle } from './types.ts';

interface Open {
  readonly card: Card;
  readonly runner: Runner;
  /** Address of the script that explains answers and looks inside. */
  readonly script: string;
  /** Opens the model a second time, when it is asked for first; what did not succeed is tried again. */
  inside(): Promise<LookInside>;
}

/** What is asked of a model, not of a Hub. */
type ToModel = Exclude<Request, { type: 'fetch-hub' }>;

/**
 * Answers the page's requests, one model for each worker.
 */
export function answerRequests(open: OpenGraph): void {
  const openGraph = inTurn(open);
  let model: Promise<Open> | undefined;
  /** Requests that are being answered, each with what ends its work. */
  const working = new Map<number, AbortController>();

  async function answer(request: ToModel, signal: AbortSignal): Promise<void> {
    if (request.type === 'open') {
      model = openModel(request.id, request.opening, openGraph);
      await model;
      return;
    }
    if (model === undefined) throw new Error('asked before a model was opened');
    const there = await model;
    if (request.type === 'classify') say(await classify(request.id, there, request.pictures));
    else if (request.type === 'explain') say(await explain(request.id, there, request.picture, signal));
    else say(await look(request, there, signal));
  }

  self.addEventListener('message', ({ data }: MessageEvent<Request | StopMessage | RuntimeMessage>) => {
    if (data.type === 'runtime' || data.type === 'no-runtime' || data.type === 'fetch-hub') return;
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

async function openModel(id: number, opening: Opening, openGraph: OpenGraph): Promise<Open> {
  const { bytes, sha256 } = await fileOf(opening, (loaded, total) =>
    say({ type: 'progress', loaded, total }),
  );
  const name = 'url' in opening.file ? opening.file.url : 'the model';
  const card = cardOf(bytes, name);
  const backend = await chooseBackend(opening, card, surroundings());
  const how = { threads: backend.threads, wasm: opening.wasm };
  const runner = createRunner(await openGraph(bytes, how), card);
  const golden = await checkGolden(card, runner, backend, name);
  say({ type: 'opened', id, card, size: bytes.length, sha256, backend, goldenDifference: golden });
  let inside: Promise<LookInside> | undefined;
  const openInside = async () =>
    loadLayers(opening.layers).openInside(bytes, card, (changed) => openGraph(changed, how));
  return {
    card,
    runner,
    script: opening.layers,
    inside() {
      inside ??= openInside().catch((error) => {
        inside = undefined;
        throw error;
      });
      return inside;
    },
  };
}

async function fileOf({ file, sha256, size }: Opening, progress: (loaded: number, total: number) => void) {
  if ('url' in file) return fetchModel(file.url, sha256, size, progress);
  const found = await sha256Of(new Uint8Array(file.bytes));
  if (sha256 !== undefined && found !== undefined && found !== sha256)
    throw new ModelError('model', `received a file with SHA-256 ${found}, expected ${sha256}`);
  return { bytes: file.bytes, sha256: found };
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
  card: Card,
  runner: Runner,
  backend: Backend,
  name: string,
): Promise<number | null> {
  const { shape } = card.input;
  const golden = expectedAnswers(card);
  if (golden.length === 0) {
    await runner.run([goldenInput('zeros', shape)]);
    return null;
  }
  const isGpu = backend.name === 'webgpu';
  const tolerance = isGpu ? GPU_TOLERANCE : GOLDEN_TOLERANCE;
  let largest = 0;
  for (const { input, output } of golden) {
    const [got = []] = await runner.run([goldenInput(input, shape)]);
    const difference = outputDifference(output, got, unitsOf(card));
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
  const judged = await runner.judge(inputs);
  return { type: 'classified', id, inputs, ...judged, milliseconds: performance.now() - started };
}

async function explain(
  id: number,
  { card, runner, script }: Open,
  picture: Picture,
  signal: AbortSignal,
): Promise<ExplainedReply> {
  if (card.task === 'regression')
    throw new ModelError('model', `${card.name} answers with numbers: it has no label to explain`);
  const input = inputOf(picture, card);
  const { explainInput } = loadLayers(script);
  const explained = await explainInput(input, card, (inputs) => {
    signal.throwIfAborted();
    return runner.run(inputs);
  });
  const { shape, prepare } = card.input;
  const place = placeOf(flattenAlpha(picture), shape, prepare) ?? wholeOf(picture);
  return { type: 'explained', id, ...explained, place, input };
}

function wholeOf({ width, height }: Picture): Rectangle {
  return { x: 0, y: 0, width, height };
}

async function look(
  { id, picture, contributions }: Extract<Request, { type: 'look' }>,
  { card, inside }: Open,
  signal: AbortSignal,
): Promise<LookedReply> {
  // Of numbers there is no label to which a map could contribute.
  const tried = card.task === 'regression' ? 0 : contributions;
  const input = inputOf(picture, card);
  const lookInside = await inside();
  return { type: 'looked', id, input, ...(await lookInside(input, tried, signal)) };
}

/** Transparent pictures are laid on white, as on the server. */
function inputOf(picture: Picture, card: Card): Uint8Array {
  return preparePicture(flattenAlpha(picture), card.input.shape, card.input.prepare);
}

/** Maps are handed over, not copied: those of a large network have megabytes. */
function say(reply: Reply): void {
  const maps = reply.type === 'looked' ? reply.layers.map((layer) => layer.maps.buffer) : [];
  self.postMessage(reply, { transfer: maps });
}
