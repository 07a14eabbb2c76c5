// Runs `trainyard similar`: which pictures are like a picture, to a model.
import { UserError } from '../../models/errors.ts';
import { printable, printableJson } from '../../models/printable.ts';
import { cacheFolder } from '../../setup/paths.mjs';
import { versionName } from '../engine/models.ts';
import type { PictureSource } from '../predict/files.ts';
import { INTERRUPTED, watchInterruption } from '../predict/interruption.ts';
import { showProgress } from '../predict/progress.ts';
import type { WantedModel } from '../predict/wanted-model.ts';
import { withModel } from '../predict/with-model.ts';
import { embedFiles } from './embed.ts';
import { updateStore } from './known-pictures.ts';
import { openSearch } from './search.ts';
import { type Stored, storePath } from './store.ts';

export interface SimilarCommand {
  readonly wanted: WantedModel;
  /** The picture that is asked about. */
  readonly picture: string;
  /** Where others are looked for, as it was named, and the pictures there. */
  readonly paths: readonly string[];
  readonly files: PictureSource;
  readonly total: number;
  readonly top: number;
  /** Prints a JSON object for each picture, one a line. */
  readonly json: boolean;
  readonly threads: number | undefined;
}

/** A picture, and the cosine between its embedding and that of the picture that was asked about. */
export interface Similar {
  readonly score: number;
  readonly path: string;
}

/**
 * @returns the exit status: 0 when all pictures were compared, 1 when one could not be read, 130 when it was interrupted.
 * @throws UserError when there is no such model, it gives no embedding, or the picture cannot be read.
 */
export async function similar(command: SimilarCommand): Promise<number> {
  const { picture, paths, files, total, top, json } = command;
  const interruption = watchInterruption();
  return withModel(command, interruption, async (engine, model) => {
    const { stopped } = interruption;
    const query = await embeddingOf(picture, { engine, model, stopped });
    let progress: ReturnType<typeof showProgress> | undefined;
    interruption.begin();
    const stored = await updateStore({
      ...{ engine, model, files, stopped, store: storePath(cacheFolder(), model.sha256, paths) },
      onLooked(outcomes) {
        progress ??= showProgress(total, versionName(model), undefined, NONE_SKIPPED, false, 'embedding');
        progress.written(outcomes);
      },
    });
    progress?.end(stopped());
    if (stopped()) return INTERRUPTED;
    for (const { path, score } of search(stored, query, top))
      process.stdout.write(
        `${json ? printableJson({ score, path }) : `${score.toFixed(4).padStart(7)}  ${printable(path)}`}\n`,
      );
    const bad = stored.pictures.filter(({ error }) => error !== undefined);
    if (progress === undefined)
      for (const { path, error = '' } of bad) console.error(`${printable(path)}: ${printable(error)}`);
    return bad.length > 0 ? 1 : 0;
  });
}

const NONE_SKIPPED = { files: 0, endings: '' };

type Embedding = Pick<Parameters<typeof embedFiles>[0], 'engine' | 'model' | 'stopped'>;

/** @throws UserError when the picture cannot be read, or has no features at all: nothing is like it. */
async function embeddingOf(path: string, how: Embedding): Promise<Float32Array> {
  let found: Float32Array | undefined;
  await embedFiles({
    ...how,
    files: (async function* () {
      yield { path, name: path };
    })(),
    async write([outcome]) {
      if (outcome !== undefined && 'error' in outcome) throw new UserError(`${path}: ${outcome.error}.`);
      found = outcome?.embedding;
    },
  });
  if (found?.some((value) => value !== 0)) return found;
  throw new UserError(`${path}: all features of it are zero to this model: no other picture is like it.`);
}

/** The pictures that are most like, the most first. */
export function search(stored: Stored, query: Float32Array, top: number): Similar[] {
  const { best, look } = openSearch(query, top);
  for (const piece of stored.pieces()) look(piece);
  const paths = stored.pictures.filter(({ error }) => error === undefined).map(({ path }) => path);
  return best().map(({ row, score }) => ({ score, path: paths[row] ?? '' }));
}
