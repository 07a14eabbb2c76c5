// A share of the pictures, so that several calls on one or more machines have each picture once.
import { createHash } from 'node:crypto';
import { UserError } from '../../models/errors.ts';
import type { PictureSource } from './files.ts';

/** Share `number` of `count`, counted from 1. */
export interface Shard {
  readonly number: number;
  readonly count: number;
}

/** @throws UserError when it is not `3/20`. */
export function readShard(text: string): Shard {
  const [, number = 0, count = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (number >= 1 && number <= count) return { number, count };
  throw new UserError(
    `--shard takes a share and their number, such as 3/20, from 1/20 to 20/20; received ${JSON.stringify(text)}.`,
  );
}

/**
 * The pictures of a share. The name of a picture alone decides, by its SHA-256: a picture is in the same share whatever else is
 * there, and for whoever asks. Shares differ in size as chance has it, by about the root of it.
 */
export function ofShard(source: PictureSource, { number, count }: Shard): PictureSource {
  return async function* (onOther) {
    for await (const picture of source(onOther)) if (shareOf(picture.name, count) === number) yield picture;
  };
}

function shareOf(name: string, count: number): number {
  return (createHash('sha256').update(name).digest().readUIntBE(0, 6) % count) + 1;
}
