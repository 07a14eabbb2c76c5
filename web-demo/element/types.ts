// The public types of the custom element.
import type { Classification, Model, PictureSource } from '../component/types.ts';

/**
 * `<trainyard-classifier src="model.onnx">`: somebody chooses or drops a picture, and sees what the model says.
 *
 * Attributes: `src`, `top` (answers that are shown, 3 by default), `backend`, `threads`, `sha256` and `assets`, as the options
 * of `loadModel`. Its content takes the place of the words "Choose a picture, or drop one here".
 *
 * Events: `classify`, whose `detail` is the answer, and `error`, whose `error` says what is wrong.
 *
 * Parts for CSS: `box`, `prompt`, `input`, `picture`, `progress`, `message`, `answers`, `answer`, `label`, `bar`,
 * `probability`. Custom properties: `--trainyard-accent`, `--trainyard-border`, `--trainyard-gap`.
 */
export interface TrainyardClassifierElement extends HTMLElement {
  /** The model that `src` names; undefined without `src`, or outside of a page. */
  readonly model: Promise<Model> | undefined;
  /** Classifies a picture as if it had been chosen: shows the answer and fires the event. */
  classify(source: PictureSource): Promise<Classification>;
}

declare global {
  interface HTMLElementTagNameMap {
    'trainyard-classifier': TrainyardClassifierElement;
  }
}
