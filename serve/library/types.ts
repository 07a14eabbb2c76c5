// What the library promises: an open model, what it takes and what it answers.

// `Symbol.asyncDispose`, whichever `lib` the reader's project has; without it every project would need `skipLibCheck`.
/// <reference lib="esnext.disposable" preserve="true" />
import type { MultiAnswer, RegressionAnswer, SingleAnswer } from '../../models/answer.ts';
import type { Card, CardOf } from '../../models/card.ts';
import type { Picture } from '../../models/image/picture.ts';
import type { Log } from '../log.ts';
import type { Limits } from '../settings/limits.ts';

/**
 * What can be classified: the path of a file, an address (`http:`, `https:`, `file:`, `data:`), a file's bytes, a `Blob`
 * or `File`, or decoded pixels.
 */
export type PictureSource = string | URL | Uint8Array | ArrayBuffer | Blob | Picture;

/** Where a model file comes from: its path, its address, or the file itself. */
export type ModelSource = string | URL | Uint8Array | ArrayBuffer | Blob;

/** How many predictions are wanted, and until when. */
export interface ClassifyOptions {
  /** Predictions in the answer at most; by default one for each label. Labels that are answers are never left out. */
  readonly top?: number | undefined;
  /** Ends the waiting; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Until when an embedding is wanted. */
export interface EmbedOptions {
  /** Ends the waiting; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a model that says it finds of a picture. */
interface Familiar {
  /**
   * How strange the picture is, from 0 to 1, and whether it is `known`, at most the card's threshold: of a model that says
   * so. A picture that is not known is none of the labels, whatever its probabilities are.
   */
  readonly known?: boolean;
  readonly novelty?: number;
}

/** The answer to one picture of a model with one label. */
export interface Classification extends SingleAnswer, Familiar {
  /** float32 `[labels]`, in the order of the card's labels. */
  readonly probabilities: Float32Array;
}

/** The answer to one picture of a model with several labels. */
export interface MultiClassification extends MultiAnswer, Familiar {
  /** float32 `[labels]`, in the order of the card's labels; they need not sum to one. */
  readonly probabilities: Float32Array;
}

/** The answer to one picture of a model of numbers. */
export interface Regression extends RegressionAnswer, Familiar {}

/** Answers by the task of a model; `any` where a caller looks at `task`. */
export interface Answers {
  single: Classification;
  multi: MultiClassification;
  regression: Regression;
  any: Classification | MultiClassification | Regression;
}

/** Cards by the task of a model. */
interface Cards {
  single: CardOf<'single'>;
  multi: CardOf<'multi'>;
  regression: CardOf<'regression'>;
  any: Card;
}

/** What the answers of a model are: `single`, `multi`, `regression`, or `any` of them. */
export type AnswerTask = keyof Answers;

/** How a model is opened: what runs it, on how many threads, within which limits. */
export interface LoadOptions<T extends AnswerTask = 'single'> {
  /**
   * What its answers are: one label (`single`, the default), several labels (`multi`), numbers (`regression`), or `any`,
   * which each answer says in its own `task`. A model of another task is refused.
   */
  readonly task?: T | undefined;
  /** Name of the model in answers of a server; by default the card's. */
  readonly name?: string | undefined;
  /** SHA-256 of the model file, hex: another file is refused. */
  readonly sha256?: string | undefined;
  /** What runs it: `cpu` (the default), `cuda`, `cuda:1`, or `auto` for a graphics processor where there is one. */
  readonly device?: string | undefined;
  /** Threads that run the model, of all workers together; by default one for each processor. */
  readonly threads?: number | undefined;
  /** Worker threads, each of which holds the model; by default one for each processor, 8 at most. */
  readonly workers?: number | undefined;
  /** Limits of the pictures, and of requests where the model is served. */
  readonly limits?: Partial<Limits> | undefined;
  /** Called with what an operator should know, such as a worker that ended and was started again; by default nothing is. */
  readonly log?: Log | undefined;
  /** Ends the loading; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** An open model; its task says which answers it gives. */
export type Model<T extends AnswerTask = 'single'> = OpenModel<Cards[T], Answers[T]>;

/** See {@link Model}. */
interface OpenModel<ItsCard, ItsAnswer> {
  /** What the model file says about itself. */
  readonly card: ItsCard;
  /** Bytes of the model file, and their SHA-256, hex. */
  readonly size: number;
  readonly sha256: string;
  /** The device that runs it: `cpu`, or `cuda:0`. */
  readonly device: string;
  /**
   * Classifies one picture, or several: many may be asked at once, they are run in batches.
   *
   * @throws PictureError for a picture that cannot be read or decoded; ModelError when the model cannot be used (any more).
   */
  classify(source: PictureSource, options?: ClassifyOptions): Promise<ItsAnswer>;
  classify(sources: readonly PictureSource[], options?: ClassifyOptions): Promise<ItsAnswer[]>;
  /**
   * The embedding of one picture, or of several: float32 `[F]`, the features that the model's last dense layer takes. Pictures
   * whose embeddings point in the same direction are alike to the model: their cosine is near 1.
   *
   * The first call opens the model once more in each thread, with that output added; `classify` costs what it did.
   *
   * @throws PictureError and ModelError as `classify` does; ModelError for a network without such a layer.
   */
  embed(source: PictureSource, options?: EmbedOptions): Promise<Float32Array>;
  embed(sources: readonly PictureSource[], options?: EmbedOptions): Promise<Float32Array[]>;
  /**
   * Finishes what the threads have, then ends them. Pictures that still wait are refused, as all that come later are: a
   * ModelError whose reason is `closed`.
   */
  close(): Promise<void>;
  /** Closes it: `await using model = await loadModel(...)`. */
  [Symbol.asyncDispose](): Promise<void>;
}
