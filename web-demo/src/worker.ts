// The worker: downloads and runs the model, so that nothing ever waits in the way of the pen.
import './no-eval.ts';
import { type Card, readCard } from '../../models/card.ts';
import { goldenDifference, goldenInput } from '../../models/golden.ts';
import { flatten } from '../../models/image/alpha.ts';
import type { Picture } from '../../models/image/picture.ts';
import { prepare } from '../../models/image/prepare.ts';
import { download } from './download.ts';
import type { Comparison, ModelLink, Ready, Reply, Request } from './protocol.ts';
import { downloadRuntime, openRunner, type Runner } from './runtime.ts';
import { askServer, Refusal } from './server.ts';

/** What the worker holds: at most one open model, and the last picture with its answer. */
interface State {
  open?: { model: ModelLink; card: Card; runner: Runner };
  last?: { id: number; picture: Picture; probabilities: Float32Array };
}

function start(): void {
  const state: State = {};
  const parts = { runtime: { loaded: 0, total: RUNTIME_BYTES }, model: { loaded: 0, total: 0 } };
  const progress = (part: 'runtime' | 'model') => (loaded: number, total: number) => {
    parts[part] = { loaded, total };
    const { runtime, model } = parts;
    say({ type: 'progress', loaded: runtime.loaded + model.loaded, total: runtime.total + model.total });
  };
  const getRuntime = () => downloadRuntime(progress('runtime'));
  let runtime = getRuntime();
  runtime.catch(() => {}); // Told when a model is opened.

  async function open(model: ModelLink): Promise<void> {
    if (typeof WebAssembly === 'undefined') {
      say({ type: 'failed', reason: 'runtime', message: 'This browser has no WebAssembly.' });
      return;
    }
    try {
      const bytes = await download(model.url, model.bytes, progress('model'));
      const card = readCard(bytes);
      const wasm = await runtime.catch(() => {
        runtime = getRuntime();
        return runtime;
      });
      await state.open?.runner.close();
      const runner = await openRunner(wasm, bytes, card);
      state.open = { model, card, runner };
      say(await ready(model, bytes.length, card, runner));
    } catch (error) {
      fail(error);
    }
  }

  async function classify(id: number, given: Picture): Promise<void> {
    if (!state.open) return;
    const { card, runner } = state.open;
    const picture = given.channels === 4 ? flatten(given) : given;
    const input = prepare(picture, card.input.shape, card.input.prepare);
    const started = performance.now();
    const probabilities = await runner.run(input);
    const milliseconds = performance.now() - started;
    state.last = { id, picture, probabilities };
    say({ type: 'answer', id, input, shape: card.input.shape, probabilities, milliseconds });
  }

  async function compare(id: number, endpoint: string): Promise<void> {
    const { open, last } = state;
    if (!open || last?.id !== id) return;
    const started = performance.now();
    try {
      const answer = await askServer(endpoint, open.model, open.card.labels, last.picture);
      say({
        type: 'compared',
        id,
        outcome: 'answered',
        label: answer.label,
        probability: answer.probability,
        difference: goldenDifference(answer.probabilities, last.probabilities),
        milliseconds: performance.now() - started,
      });
    } catch (error) {
      const outcome: Comparison['outcome'] = error instanceof Refusal ? 'refused' : 'silent';
      say({ type: 'compared', id, outcome, message: messageOf(error) });
    }
  }

  self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
    if (data.type === 'open') void open(data.model);
    else if (data.type === 'classify') classify(data.id, data.picture).catch(fail);
    else void compare(data.id, data.endpoint);
  });
}

/** Runs the card's built-in pictures: it warms the model up, and shows that this browser computes as expected. */
async function ready(model: ModelLink, size: number, card: Card, runner: Runner): Promise<Ready> {
  const { shape } = card.input;
  const differences: number[] = [];
  for (const { input, probabilities } of card.golden) {
    differences.push(goldenDifference(probabilities, await runner.run(goldenInput(input, shape))));
  }
  if (differences.length === 0) await runner.run(goldenInput('zeros', shape));
  const largest = differences.length > 0 ? Math.max(...differences) : null;
  return { type: 'ready', model, card, size, goldenDifference: largest };
}

function fail(error: unknown): void {
  say({ type: 'failed', reason: 'model', message: messageOf(error) });
}

function say(reply: Reply): void {
  self.postMessage(reply);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

start();
