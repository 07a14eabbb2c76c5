// The errors of the library, in Node and in the browser: one about a model, one about a picture.

/**
 * Why a model cannot be used. `fetch`: its file could not be read or fetched; `model`: it is not a model that can be run;
 * `runtime`: this machine, browser or page cannot run it as asked; `closed`: the model was closed.
 */
export type ModelErrorReason = 'fetch' | 'model' | 'runtime' | 'closed';

/** A model that cannot be used; `reason` says what kind of problem it is, and so what a program can do about it. */
export class ModelError extends Error {
  override name = 'ModelError';
  readonly reason: ModelErrorReason;

  constructor(reason: ModelErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** A picture that cannot be classified: it cannot be read, is none, is damaged or too large. The model is well. */
export class PictureError extends Error {
  override name = 'PictureError';
}
