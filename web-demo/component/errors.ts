// Why a model cannot be used, told apart by what the reader can do about it.

import type { Reason } from './types.ts';

export class ModelError extends Error {
  override name = 'ModelError';
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}
