// Runs `trainyard embed`: the embedding of each picture, as a row of a file.

import type { Engine } from '../engine/index.ts';
import { type ServedModel, versionName } from '../engine/models.ts';
import type { PictureSource } from '../predict/files.ts';
import { INTERRUPTED, watchInterruption } from '../predict/interruption.ts';
import { askFiles, type FailedFile } from '../predict/predict.ts';
import { type SkippedFiles, showProgress } from '../predict/progress.ts';
import type { WantedModel } from '../predict/wanted-model.ts';
import { AT_ONCE, fileLimits, withModel } from '../predict/with-model.ts';
import { type EmbeddedFile, namesOf, openEmbeddingFile } from './embedding-file.ts';

export interface EmbedCommand {
  readonly wanted: WantedModel;
  readonly files: PictureSource;
  readonly total: number;
  /** Files in folders that are not among them. */
  readonly skipped: SkippedFiles;
  readonly out: string;
  readonly threads: number | undefined;
}

/**
 * @returns the exit status: 0 when every file has a row, 1 when one has none, 130 when it was interrupted; then there is no file.
 * @throws UserError when there is no such model, it gives no embedding, or the file cannot be written.
 */
export async function embed(command: EmbedCommand): Promise<number> {
  const { files, total, skipped, out } = command;
  const interruption = watchInterruption();
  return withModel(command, interruption, async (engine, model) => {
    const output = await openEmbeddingFile(out);
    const shown = out.endsWith('.parquet') ? out : `${out}, their paths in ${namesOf(out)}`;
    const progress = showProgress(total, versionName(model), shown, skipped, false, 'embedding');
    interruption.begin();
    try {
      await embedFiles({
        ...{ engine, model, files: files(), stopped: interruption.stopped },
        async write(outcomes) {
          await output.write(outcomes.filter((outcome) => 'embedding' in outcome));
          progress.written(outcomes);
        },
      });
      if (interruption.stopped()) return INTERRUPTED;
      await output.finish();
      return progress.end(false).failed > 0 ? 1 : 0;
    } finally {
      await output.close();
    }
  });
}

export interface EmbedFilesOptions {
  readonly engine: Pick<Engine, 'classify'>;
  readonly model: ServedModel;
  readonly files: ReturnType<PictureSource>;
  readonly stopped: () => boolean;
  /** Called with the results in the order of the files. */
  readonly write: (outcomes: readonly (EmbeddedFile | FailedFile)[]) => Promise<void>;
}

/** @throws UserError as `askFiles` does, and when the model gives no embedding. */
export function embedFiles(options: EmbedFilesOptions): Promise<void> {
  return askFiles<EmbeddedFile>({
    ...options,
    ...{ limits: fileLimits, atOnce: AT_ONCE, embedding: true },
    rowOf(file, { embedding }) {
      if (embedding === undefined) throw new Error('the engine gave no embedding, expected one');
      return { file, embedding };
    },
    onWaiting: (line) => console.error(line),
  });
}
