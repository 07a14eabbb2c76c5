// The messages between the page on which somebody teaches and its worker.
import type { Card } from '../../../models/card.ts';
import type { Picture } from '../../../models/image/picture.ts';
import type { Naming } from '../file/make.ts';
import type { Doubt, Judgment } from '../head/teach.ts';

/** The model file whose features are used. */
export type BaseFile =
  | { readonly url: string; readonly sha256: string | undefined; readonly size: number | undefined }
  | { readonly bytes: Uint8Array<ArrayBuffer> };

/** An example: the page calls it by a number. */
export interface Labeled {
  readonly id: number;
  readonly label: number;
  /** The recording of a camera that it is part of. */
  readonly recording: number | undefined;
}

/** What a training found; examples are called by their numbers. */
export interface Trained {
  readonly examples: number;
  readonly judgment: Judgment | undefined;
  /** The most doubtful first: `index` is the example's number. */
  readonly doubts: readonly Doubt[];
  readonly milliseconds: number;
}

/** A picture, and which class it is. */
export interface Corrected {
  readonly picture: Picture;
  readonly label: number;
}

/** What is asked, by its name, and what is answered. */
export interface Questions {
  open: { asked: { file: BaseFile }; answered: { card: Card } };
  add: { asked: { id: number; picture: Picture }; answered: Record<string, never> };
  train: { asked: { examples: readonly Labeled[]; classes: number }; answered: Trained };
  answer: { asked: { picture: Picture }; answered: { probabilities: Float32Array; input: Uint8Array } };
  make: { asked: Naming; answered: { file: Uint8Array<ArrayBuffer>; card: Card } };
  /** Needs no model that is open. Answers are those of the pictures, in their order. */
  correct: {
    asked: { file: BaseFile; name: string; corrections: readonly Corrected[] };
    answered: { file: Uint8Array<ArrayBuffer>; card: Card; answers: readonly Float32Array[] };
  };
}

export type Name = keyof Questions;

export type TeachRequest = { [N in Name]: { name: N; id: number; asked: Questions[N]['asked'] } }[Name];

export type TeachReply =
  | { readonly id: number; readonly answered: Questions[Name]['answered'] }
  | { readonly id: number; readonly failed: string }
  /** How much of the model's file is here. */
  | { readonly progress: readonly [loaded: number, total: number] };
