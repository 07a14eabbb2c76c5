// An open model: the server's engine with one model, as an object with `classify`.
import { setTimeout as sleep } from 'node:timers/promises';
import { answerOf } from '../../models/answer.ts';
import { checkCount, forAll, isList, orAborted } from '../../models/call-options.ts';
import { checkOptions, type EveryOption } from '../../models/known-options.ts';
import { ModelError, PictureError } from '../../models/model-error.ts';
import { familiarityOf } from '../../models/novelty.ts';
import { createSemaphore } from '../../models/weighted-semaphore.ts';
import type { Engine } from '../engine/index.ts';
import type { ServedModel } from '../engine/models.ts';
import { Unopened, WithoutEmbedding } from '../engine/picture-job.ts';
import type { PictureResult } from '../engine/picture-states.ts';
import { Refusal } from '../refusal.ts';
import { createKeepAlive } from './keep-alive.ts';
import { readPictureSource } from './read-source.ts';
import type { Answers, ClassifyOptions, EmbedOptions, Model, PictureSource } from './types.ts';

type AnyAnswer = Answers['any'];

const engineKey = Symbol('engine');

/** The engine behind a model, for a handler that serves it; undefined when `createModel` did not make the model. */
export function engineOf(model: Model<'any'>): Engine | undefined {
  return (model as Model<'any'> & { readonly [engineKey]?: Engine })[engineKey];
}

/** Pictures in memory at the same time: enough to fill the batches of every worker. Others are read when these are done. */
const AT_ONCE = 128;

/** Milliseconds before a picture is tried again when the queue was full. */
const RETRY = 20;

const EMBED_OPTIONS: EveryOption<EmbedOptions> = { signal: true };

const CLASSIFY_OPTIONS: EveryOption<ClassifyOptions> = { top: true, signal: true };

/** @param engine - has loaded the model. */
export function createModel(engine: Engine, served: ServedModel): Model<'any'> {
  const { card, bytes, sha256 } = served;
  const keepAlive = createKeepAlive();
  const withPlace = createSemaphore(AT_ONCE);
  let closed = false;

  function checkOpen(): void {
    if (closed) throw new ModelError('closed', `the model ${served.name} was closed`);
  }

  async function classifyOne(source: PictureSource, options: ClassifyOptions): Promise<AnyAnswer> {
    const { top } = options;
    checkCount('top', top);
    const { output, novelty } = await resultInTurn(source, options.signal, false);
    const answer = { ...answerOf(card, output, top), ...familiarityOf(card, novelty) };
    return answer.task === 'regression' ? answer : { ...answer, probabilities: output };
  }

  async function embedOne(source: PictureSource, options: EmbedOptions): Promise<Float32Array> {
    const { embedding } = await resultInTurn(source, options.signal, true);
    if (embedding === undefined) throw new Error('the engine gave no embedding, expected one');
    return embedding;
  }

  async function resultInTurn(
    source: PictureSource,
    asked: AbortSignal | undefined,
    embedding: boolean,
  ): Promise<PictureResult> {
    checkOpen();
    asked?.throwIfAborted();
    // One of its own for each picture: Node warns of many listeners on one signal.
    const signal = asked && AbortSignal.any([asked]);
    return withPlace(1, () => resultOf(source, signal, embedding));
  }

  /** Waits while the queue is full. */
  async function resultOf(
    source: PictureSource,
    signal: AbortSignal | undefined,
    embedding: boolean,
  ): Promise<PictureResult> {
    signal?.throwIfAborted();
    const picture = await readPictureSource(source, signal);
    const options = { gone: () => signal?.aborted === true, deadline: Number.POSITIVE_INFINITY, embedding };
    for (;;) {
      checkOpen();
      try {
        const result = engine.classify(served, picture, options);
        return await orAborted(result, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof Refusal)) throw error;
        if (error.status === 503 && !(error instanceof Unopened)) await sleep(RETRY);
        else if (error.status === 503 || error.status === 404 || error instanceof WithoutEmbedding)
          throw new ModelError('model', error.message, { cause: error });
        else throw new PictureError(messageFor(source, error), { cause: error });
      }
    }
  }

  function classify(source: PictureSource, options?: ClassifyOptions): Promise<AnyAnswer>;
  function classify(sources: readonly PictureSource[], options?: ClassifyOptions): Promise<AnyAnswer[]>;
  async function classify(
    source: PictureSource | readonly PictureSource[],
    options: ClassifyOptions = {},
  ): Promise<AnyAnswer | AnyAnswer[]> {
    checkOptions('classify', options, CLASSIFY_OPTIONS);
    if (!isList(source)) return keepAlive(() => classifyOne(source, options));
    return keepAlive(() =>
      forAll(source, options.signal, (one, signal) => classifyOne(one, { ...options, signal })),
    );
  }

  function embed(source: PictureSource, options?: EmbedOptions): Promise<Float32Array>;
  function embed(sources: readonly PictureSource[], options?: EmbedOptions): Promise<Float32Array[]>;
  async function embed(
    source: PictureSource | readonly PictureSource[],
    options: EmbedOptions = {},
  ): Promise<Float32Array | Float32Array[]> {
    checkOptions('embed', options, EMBED_OPTIONS);
    if (!isList(source)) return keepAlive(() => embedOne(source, options));
    return keepAlive(() => forAll(source, options.signal, (one, signal) => embedOne(one, { signal })));
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await keepAlive(engine.close);
  }

  const { device } = engine.state();
  const model: Model<'any'> & { readonly [engineKey]: Engine } = {
    card,
    size: bytes,
    sha256,
    device,
    classify,
    embed,
    close,
    [Symbol.asyncDispose]: close,
    [engineKey]: engine,
  };
  return model;
}

/** What is wrong with a picture, with its path or address where it has one. */
function messageFor(source: PictureSource, { message }: Refusal): string {
  const name = typeof source === 'string' ? source : source instanceof URL ? source.href : undefined;
  return name === undefined || name.startsWith('data:') ? message : `${name}: ${message}`;
}
