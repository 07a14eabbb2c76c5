// The learning rates that a sweep goes through where none are given.

/** fastai's `lr_find`. */
export const SWEEP = { from: 1e-7, to: 10, steps: 100 } as const;
