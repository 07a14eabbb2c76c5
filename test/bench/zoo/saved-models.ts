// The SavedModels of the zoo: saved-models.py writes them, as no package publishes what today's Keras saves.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../../../setup/files/index.mjs';
import { tensorflowPython } from '../../../setup/libraries/tensorflow-python.mjs';

const script = fileURLToPath(new URL('saved-models.py', import.meta.url));

interface SavedModel {
  readonly package: string;
  readonly name: string;
  readonly path: string;
}

/**
 * Writes the SavedModels, once for each version of the script.
 * @param cache - The folder in which they get one of their own.
 */
export async function savedModels(cache: string): Promise<SavedModel[]> {
  const version = createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 16);
  const folder = join(cache, `saved-models-${version}`);
  if (!existsSync(folder)) {
    const { executable, env } = await tensorflowPython();
    await makeFolder(folder, async (made) => {
      const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const;
      const { status, stderr } = spawnSync(executable, [script, made], options);
      if (status !== 0) throw new Error(stderr.slice(-2000));
    });
  }
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ package: 'Keras 3 SavedModel', name, path: join(folder, name) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
