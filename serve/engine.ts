// What the routes ask of the machinery behind them: which models there are, and what a model says of a picture.
import type { Picture } from '../models/image/picture.ts';
import { type Classified, createClassifier } from './classifier.ts';
import type { Limits } from './limits.ts';
import type { ServedModel } from './models.ts';
import type { EngineState, Observer } from './observe.ts';
import { Refusal } from './refusal.ts';
import type { ModelPool } from './sessions/pool.ts';

/** What is to be classified. */
export type Source =
  /** A file's bytes: JPEG, PNG, WebP or GIF. */
  | { readonly kind: 'encoded'; readonly bytes: Uint8Array }
  /** Pixels, which are prepared by the model's rule as a decoded file's are. */
  | { readonly kind: 'picture'; readonly picture: Picture }
  /** The model's own input, `[H,W,C]` uint8, which goes in as it is. */
  | { readonly kind: 'input'; readonly data: Uint8Array };

export interface Asked {
  /** Whether nobody waits for the answer any more. */
  readonly gone?: (() => boolean) | undefined;
  /** Milliseconds in which an answer is worth something. */
  readonly deadline?: number | undefined;
}

export interface Engine {
  /** Sorted by name, then version. Changes as models come and go: ask each time. */
  models(): readonly ServedModel[];
  /** Whether it can classify. */
  ready(): boolean;
  /** @throws Refusal for what the picture is, or when there is no room or no time for it. */
  classify(model: ServedModel, source: Source, asked?: Asked): Promise<Classified>;
  state(): EngineState;
}

/** An engine on a pool of workers. */
export function engineOf(pool: ModelPool, limits: Limits, observer: Observer = {}): Engine {
  const classify = createClassifier(pool, limits);
  return {
    models: pool.models,
    ready: pool.ready,
    state: pool.state,
    async classify(model, source, asked) {
      try {
        const classified = await classify(model, source, asked);
        observer.answered?.(model, classified.timings);
        return classified;
      } catch (error) {
        observer.lost?.(model, error instanceof Refusal ? 'refused' : 'failed');
        throw error;
      }
    },
  };
}
