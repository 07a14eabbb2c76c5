// Pictures that are drawn once and kept in the cache folder: they are the same in every export.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../models/canonical.ts';
import { writeWhole } from '../../setup/files/index.mjs';
import { cacheFolder } from '../../setup/paths.mjs';
import type { Drawings } from './drawings.ts';

/** Counts up with every change of what is drawn: the test of drawings holds it to their bytes. */
export const DRAWN = 1;

/** A kept file: a line of JSON, and then the pictures behind each other. */
const headerSchema = z.object({
  /** Bytes of a picture. */
  size: z.number().int().positive(),
  /** Pictures. */
  known: z.number().int().min(0),
  digest: z.string(),
});

/**
 * What `draw` gives, out of the cache folder from the second time on. A damaged file is drawn again; where none can be
 * written, it is drawn each time.
 *
 * @param key - JSON: all that `draw` depends on.
 */
export function keptDrawings(
  key: unknown,
  draw: () => Drawings | undefined,
  folder = join(cacheFolder(), 'novelty'),
): Drawings | undefined {
  const path = join(folder, digestOf(Buffer.from(canonicalJson({ drawn: DRAWN, key }))).slice(0, 16));
  const before = read(path);
  if (before !== undefined) return before;
  const drawings = draw();
  if (drawings !== undefined) write(path, drawings);
  return drawings;
}

function read(path: string): Drawings | undefined {
  try {
    const file = readFileSync(path);
    const end = file.indexOf('\n');
    const { size, known, digest } = headerSchema.parse(JSON.parse(file.toString('utf8', 0, end)));
    const bytes = new Uint8Array(file.subarray(end + 1));
    if (digestOf(bytes) !== digest) return undefined;
    const pictures = Array.from({ length: bytes.length / size }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    return { known: pictures.slice(0, known), others: pictures.slice(known) };
  } catch {
    return undefined; // not there, or not whole
  }
}

function write(path: string, { known, others }: Drawings): void {
  const pictures = [...known, ...others];
  const bytes = Buffer.concat(pictures);
  const header = { size: pictures[0]?.length, known: known.length, digest: digestOf(bytes) };
  try {
    writeWhole(path, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes]));
  } catch {
    // The folder cannot be written, or the disk is full: the next export draws again.
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
