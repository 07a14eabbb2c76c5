// The error of the browser entry: its reason says what kind of problem it is, and so what a page can do about it.

import type { Reason } from './types.ts';

export class ModelError extends Error {
  override name = 'ModelError';
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}
