// Loads every model of a repository and checks it against its golden vectors and its weights' digest, without serving: before a deployment.

import { messageOf, UserError } from '../../models/errors.ts';
import { readOnnxFile } from '../../models/onnx/read-file.ts';
import { digestByCard, WEIGHTS_CHANGED } from '../../models/onnx/weights-digest.ts';
import { visible } from '../../models/printable.ts';
import type { Log } from '../log.ts';
import type { Device } from '../sessions/device.ts';
import { openModelSession } from '../sessions/session.ts';
import { defaultModel, type Only, type ServedModel, versionName } from './models.ts';
import { pinnedName } from './pinned.ts';
import { readServedModels } from './read-models.ts';

/**
 * Checks all versions, also those that a server would open only for their first request.
 *
 * @param only - checks the versions of this model alone.
 * @param device - to run them; the log says on which one they ran.
 * @param pinned - has to be among those that are valid.
 * @returns whether all are valid; each has a line in the log.
 * @throws UserError when there is none.
 */
export async function checkRepository(
  repository: string,
  only: string | undefined,
  device: Device,
  log: Log,
  pinned?: Only,
): Promise<boolean> {
  let valid = true;
  const well: ServedModel[] = [];
  let lastNote: string | undefined;
  const bad = (line: string) => {
    valid = false;
    log(visible(line), { level: 'error' });
  };
  for (const model of await readServedModels(repository, only, bad)) {
    const start = performance.now();
    try {
      const session = await openModelSession(model.path, model.card, { threads: 1, device });
      await session.release();
      const { name: ran, note } = session.device;
      if (note !== undefined && note !== lastNote) log(`${note}; models run on the processor`);
      lastNote = note;
      if (session.doubt !== undefined) log(`${versionName(model)}: ${session.doubt}`, { level: 'warn' });
      const { model: file } = readOnnxFile(model.path);
      if (digestByCard(file, model.card) !== model.card.weightsDigest) throw new UserError(WEIGHTS_CHANGED);
      well.push(model);
      const golden = model.card.golden.length;
      const time = (performance.now() - start).toFixed(0);
      log(`${versionName(model)}: well on ${ran}, ${golden} golden vectors, ${time} ms`, {
        model: versionName(model),
        golden,
        device: ran,
      });
    } catch (error) {
      bad(`${versionName(model)}: ${messageOf(error)}`);
    }
  }
  if (pinned !== undefined && defaultModel(well, undefined, pinned) === undefined)
    bad(`--default-model ${pinnedName(pinned)}: there is none that is well`);
  return valid;
}
