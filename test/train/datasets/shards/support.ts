// The shards that make.py has written with datasets, pyarrow and webdataset, and what those read back.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { FolderOptions } from '../../../../train/datasets/folder/index.ts';
import type { ListedPictures } from '../../../../train/datasets/folder/listing.ts';

export const here = dirname(fileURLToPath(import.meta.url));

/** Rows as label and SHA-256 of the picture's bytes; null for what is not there. */
const rows = z.array(z.tuple([z.string().nullable(), z.string().nullable()], z.string()));

export const expected = z
  .object({ hub: z.record(z.string(), rows), plain: rows, tars: z.record(z.string(), rows) })
  .parse(JSON.parse(readFileSync(join(here, 'expected.json'), 'utf8')));

export const options: FolderOptions = {
  shape: [8, 8, 3],
  rule: { rule: 'resize', filter: 'bilinear', crop: 'center' },
  valid: 0.2,
};

/** SHA-256 of each picture that a source gives, by its path; or why there is none. */
export async function contentOf({ listing, source }: ListedPictures): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for await (const { path, bytes } of source.read(listing.found.map(({ path: each }) => each)))
    contents.set(
      path,
      await bytes().then(
        (content) => createHash('sha256').update(content).digest('hex'),
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      ),
    );
  return contents;
}
