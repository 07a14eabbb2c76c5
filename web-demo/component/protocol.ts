// The messages between the browser entry and its worker.
import type { Card } from '../../models/card.ts';
import type { Picture } from '../../models/image/picture.ts';
import type { Backend, Layer, Reason, Rectangle, Without } from './types.ts';

/** A model to open: an address, or the file's bytes. */
export interface Opening {
  readonly file: { readonly url: string } | { readonly bytes: Uint8Array };
  readonly sha256: string | undefined;
  readonly size: number | undefined;
  readonly backend: Backend['name'];
  readonly threads: number | undefined;
  /** Address of onnxruntime's WebAssembly. */
  readonly wasm: string;
  /** Address of the script that looks inside of a model. */
  readonly layers: string;
}

/** What is asked; `id` comes back with the answer. */
export type Request =
  | { readonly type: 'open'; readonly id: number; readonly opening: Opening }
  | { readonly type: 'classify'; readonly id: number; readonly pictures: readonly Picture[] }
  | { readonly type: 'explain'; readonly id: number; readonly picture: Picture }
  | {
      readonly type: 'look';
      readonly id: number;
      readonly picture: Picture;
      /** For how many maps of each layer. */
      readonly contributions: number;
    }
  /** Of the worker of hub-worker.ts: a model by its address, from a Hub. */
  | {
      readonly type: 'fetch-hub';
      readonly id: number;
      readonly address: string;
      readonly endpoint: string;
    };

/** Nobody waits for the answer to a request any more: a long one may end. */
export interface StopMessage {
  readonly type: 'stop';
  readonly id: number;
}

/** Sent once to each worker that runs WebAssembly: the compiled module, or why the page could not get it. */
export type RuntimeMessage =
  | { readonly type: 'runtime'; readonly compiled: WebAssembly.Module }
  | { readonly type: 'no-runtime'; readonly reason: Reason; readonly message: string };

export interface OpenedReply {
  readonly type: 'opened';
  readonly id: number;
  readonly card: Card;
  readonly size: number;
  readonly sha256: string | undefined;
  readonly backend: Backend;
  readonly goldenDifference: number | null;
}

export interface ClassifiedReply {
  readonly type: 'classified';
  readonly id: number;
  /** `[H,W,C]` uint8 and float32 `[labels]` of each picture. */
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Float32Array[];
  /** float32 `[pictures]`, where the model gives it. */
  readonly novelty: Float32Array | undefined;
  /** Milliseconds that the model took. */
  readonly milliseconds: number;
}

export interface ExplainedReply {
  readonly type: 'explained';
  readonly id: number;
  readonly label: string;
  readonly map: Float32Array;
  readonly without: Without | undefined;
  readonly place: Rectangle;
  readonly input: Uint8Array;
}

export interface LookedReply {
  readonly type: 'looked';
  readonly id: number;
  readonly label: string;
  readonly layers: readonly Layer[];
  readonly input: Uint8Array;
}

export interface FetchedHubReply {
  readonly type: 'fetched-hub';
  readonly id: number;
  /** The file in our own form. */
  readonly bytes: Uint8Array;
}

export type Reply =
  /** How much of the model's file is here. */
  | { readonly type: 'progress'; readonly loaded: number; readonly total: number }
  | { readonly type: 'failed'; readonly id: number; readonly reason: Reason; readonly message: string }
  | OpenedReply
  | ClassifiedReply
  | ExplainedReply
  | LookedReply
  | FetchedHubReply;
