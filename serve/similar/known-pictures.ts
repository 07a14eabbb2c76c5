// Brings the embeddings that are kept of a folder up to date: pictures that are as they were are not looked at again.
import { stat } from 'node:fs/promises';
import type { FoundPicture, PictureSource } from '../predict/files.ts';
import type { FailedFile } from '../predict/predict.ts';
import { type EmbedFilesOptions, embedFiles } from './embed.ts';
import type { EmbeddedFile } from './embedding-file.ts';
import { type KnownPicture, openStore, readStore, type Stored } from './store.ts';

export interface UpdateOptions extends Pick<EmbedFilesOptions, 'engine' | 'model' | 'stopped'> {
  /** The file that is kept. */
  readonly store: string;
  readonly files: PictureSource;
  /** Called with pictures that are looked at. */
  readonly onLooked: (outcomes: readonly (EmbeddedFile | FailedFile)[]) => void;
}

/**
 * @returns what is kept now: of all pictures that are there, or, when it was stopped, of those that were looked at so far.
 * @throws UserError as `embedFiles` does.
 */
export async function updateStore(options: UpdateOptions): Promise<Stored> {
  const { store, files, onLooked } = options;
  const stored = readStore(store);
  const known = new Map(stored.pictures.map((picture) => [picture.path, picture]));
  const fresh = new Map<string, Pick<KnownPicture, 'size' | 'time'>>();
  const kept = new Set<string>();
  for await (const found of files()) {
    const now = await lookAt(found);
    const before = known.get(found.path);
    if (before !== undefined && before.size === now.size && before.time === now.time) kept.add(found.path);
    else fresh.set(found.path, now);
  }
  if (fresh.size === 0 && kept.size === stored.pictures.length) return stored;

  const writer = await openStore(store);
  try {
    await copyKept(stored, kept, writer.add);
    await embedFiles({
      ...options,
      files: only(files(), fresh),
      async write(outcomes) {
        for (const outcome of outcomes) {
          const { size, time } = fresh.get(outcome.file) ?? { size: -1, time: -1 };
          const picture = { path: outcome.file, size, time };
          if ('error' in outcome) await writer.add({ ...picture, error: outcome.error }, undefined);
          else await writer.add(picture, outcome.embedding);
        }
        onLooked(outcomes);
      },
    });
    await writer.finish();
  } finally {
    await writer.close();
  }
  return readStore(store);
}

/** A path at which there is no file stays as it was as long as there is none. */
async function lookAt({ path, at = path }: FoundPicture): Promise<Pick<KnownPicture, 'size' | 'time'>> {
  const found = await stat(at).catch(() => undefined);
  return { size: found?.size ?? -1, time: found?.mtimeMs ?? -1 };
}

async function copyKept(
  stored: Stored,
  kept: ReadonlySet<string>,
  add: (picture: KnownPicture, row: Float32Array | undefined) => Promise<void>,
): Promise<void> {
  const rows = eachRow(stored);
  for (const picture of stored.pictures) {
    const row = picture.error === undefined ? rows.next().value : undefined;
    if (kept.has(picture.path)) await add(picture, row ?? undefined);
  }
}

function* eachRow({ width, pieces }: Stored): Generator<Float32Array, undefined> {
  for (const piece of pieces())
    for (let at = 0; at < piece.length; at += width) yield piece.subarray(at, at + width);
}

async function* only(
  files: AsyncIterable<FoundPicture>,
  wanted: ReadonlyMap<string, unknown>,
): AsyncGenerator<FoundPicture> {
  for await (const found of files) if (wanted.has(found.path)) yield found;
}
