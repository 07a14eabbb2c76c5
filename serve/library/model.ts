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
import { Unopened } from '../engine/picture-job.ts';
import type { PictureResult } from '../engine/picture-states.ts';
import { Refusal } from '../refusal.ts';
import { createKeepAlive } from './keep-alive.ts';
import { readPictureSource } from './read-source.ts';
import type { Answers, ClassifyOptions, Model, PictureSource } from './types.ts';

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
    checkOpen();
    const { top } = options;
    options.signal?.throwIfAborted();
    // One of its own for each picture: Node warns of many listeners on one signal.
    const signal = options.signal && AbortSignal.any([options.signal]);
    checkCount('top', top);
    return withPlace(1, async () => {
      const { output, novelty } = await resultOf(source, signal);
      const answer = { ...answerOf(card, output, top), ...familiarityOf(card, novelty) };
      return answer.task === 'regression' ? answer : { ...answer, probabilities: output };
    });
  }

  /** Waits while the queue is full. */
  async function resultOf(source: PictureSource, signal: AbortSignal | undefined): Promise<PictureResult> {
    signal?.throwIfAborted();
    const picture = await readPictureSource(source, signal);
    const options = { gone: () => signal?.aborted === true, deadline: Number.POSITIVE_INFINITY };
    for (;;) {
      checkOpen();
      try {
        const result = engine.classify(served, picture, options);
        return await orAborted(result, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof Refusal)) throw error;
        if (error.status === 503 && !(error instanceof Unopened)) await sleep(RETRY);
        else if (error.status === 503 || error.status === 404)
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
