// What the client promises.
import type { MultiAnswer, RegressionAnswer, SingleAnswer } from '../../models/answer.ts';
import type { Card } from '../../models/card.ts';

/**
 * What can be sent: an address that is fetched (`https:`, `data:`, `blob:`; on a page a relative one), the path of a file
 * (in Node), or the bytes of a file.
 */
export type PictureSource = string | URL | Uint8Array | ArrayBuffer | Blob;

/** How a client asks: its key, its patience, its fetch. */
export interface ClientOptions {
  /** API key, where the server asks for one. */
  readonly key?: string | undefined;
  /** How often a request is sent again when the server is busy (503, 429) or cannot be reached; by default 3 times. */
  readonly retries?: number | undefined;
  /** Milliseconds after which one try is given up; by default 60,000. */
  readonly timeout?: number | undefined;
  /** By default the global one. */
  readonly fetch?: typeof fetch | undefined;
}

/** Which model is asked, for how many predictions, and until when. */
export interface ClientClassifyOptions<T extends keyof ServerAnswers = 'single'> {
  /** What the answer is: one label (`single`, the default), several (`multi`), numbers (`regression`), or `any`; another is an error. */
  readonly task?: T | undefined;
  /** Name of the model; by default the server's default model. */
  readonly model?: string | undefined;
  /** Its version; by default the newest. */
  readonly version?: number | undefined;
  /** Predictions in the answer at most; by default 10. */
  readonly top?: number | undefined;
  /** Whether the answer has the embedding of the picture; by default it has not. */
  readonly embedding?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What stands beside every answer. */
interface FromServer {
  /** Name and version of the model that answered. */
  readonly model: string;
  readonly version: number;
  /** How strange the picture is, from 0 to 1, and whether the model knows its kind: of a model that says so. */
  readonly known?: boolean;
  readonly novelty?: number;
  /** The features that the model's last dense layer takes, float32, where they are asked for. */
  readonly embedding?: readonly number[];
  /** Milliseconds of each stage in the server. */
  readonly timings: {
    readonly decode: number;
    readonly prepare: number;
    readonly queue: number;
    readonly run: number;
  };
}

/** The server's answer to one picture, of a model with one label. */
export interface ServerClassification extends SingleAnswer, FromServer {}

/** The same of a model with several labels. */
export interface ServerMultiClassification extends MultiAnswer, FromServer {}

/** The same of a model of numbers. */
export interface ServerRegression extends RegressionAnswer, FromServer {}

/** Answers by the task of a model; `any` where a caller looks at `task`. */
export interface ServerAnswers {
  single: ServerClassification;
  multi: ServerMultiClassification;
  regression: ServerRegression;
  any: ServerClassification | ServerMultiClassification | ServerRegression;
}

/** What a server serves, as `GET /models` says it. */
export interface ServerModel {
  readonly name: string;
  readonly version: number;
  /** Whether it answers when no version is asked for. */
  readonly newest: boolean;
  /** Address of the model file on the server, its bytes and their SHA-256, hex. */
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  /** What the model file says about itself. */
  readonly card: Card;
}

/** A server that can be asked. It holds no connection, and needs not be closed. */
export interface Client {
  /**
   * Classifies one picture, or several: each is a request of its own, 8 at a time.
   *
   * @throws PictureError for a picture that cannot be read or that the server refuses; ServerError for all else.
   */
  classify<T extends keyof ServerAnswers = 'single'>(
    source: PictureSource,
    options?: ClientClassifyOptions<T>,
  ): Promise<ServerAnswers[T]>;
  classify<T extends keyof ServerAnswers = 'single'>(
    sources: readonly PictureSource[],
    options?: ClientClassifyOptions<T>,
  ): Promise<ServerAnswers[T][]>;
  /** The models that are served. @throws ServerError */
  models(options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly ServerModel[]>;
}
