// What the page and its worker say to each other.
import type { Card } from '../../models/card.ts';
import type { Picture } from '../../models/image/picture.ts';

/** A model of the repository, and where its file is. */
export interface ModelLink {
  readonly name: string;
  readonly version: number;
  readonly url: string;
  /** Size of the file, where the server says it. */
  readonly bytes: number | undefined;
}

/** What the page asks. `id` comes back with the answer. */
export type Request =
  | { readonly type: 'open'; readonly model: ModelLink }
  | { readonly type: 'classify'; readonly id: number; readonly picture: Picture }
  | { readonly type: 'compare'; readonly id: number; readonly endpoint: string };

/** A model that is ready to run. */
export interface Ready {
  readonly type: 'ready';
  readonly model: ModelLink;
  readonly card: Card;
  /** Bytes of the model file. */
  readonly size: number;
  /** Largest difference from the card's golden vectors, run in this browser; null when the card has none. */
  readonly goldenDifference: number | null;
}

/** One classified picture. */
export interface Answer {
  readonly type: 'answer';
  readonly id: number;
  /** What the model saw: `[H,W,C]` uint8. */
  readonly input: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** float32 `[labels]`. */
  readonly probabilities: Float32Array;
  /** Milliseconds that the model took. */
  readonly milliseconds: number;
}

/** The server's answer to the picture of the latest {@link Answer}, beside the browser's. */
export type Comparison =
  | {
      readonly type: 'compared';
      readonly id: number;
      readonly outcome: 'answered';
      readonly label: string;
      readonly probability: number;
      /** Largest difference between the two probabilities of a label. */
      readonly difference: number;
      /** Milliseconds until the answer was back. */
      readonly milliseconds: number;
    }
  | {
      readonly type: 'compared';
      readonly id: number;
      readonly outcome: 'silent' | 'refused';
      readonly message: string;
    };

/** Why there is no model to run. */
export interface Failure {
  readonly type: 'failed';
  readonly reason: 'runtime' | 'model';
  readonly message: string;
}

/** What the worker answers. */
export type Reply =
  | { readonly type: 'progress'; readonly loaded: number; readonly total: number }
  | Ready
  | Answer
  | Comparison
  | Failure;
