// Adopts a model from elsewhere in a thread of its own.
import { join } from 'node:path';
import { UserError } from '../../models/errors.ts';
import type { ModelFile } from '../../models/repository.ts';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { startThread } from '../../setup/modules/start.mjs';
import { cacheFolder } from '../../setup/paths.mjs';
import type { AdoptAnswer, AdoptedFile, AdoptTask } from './adopt-thread.ts';

const ENTRY = moduleBeside('./adopt-thread', import.meta.url);

/** An error of the operating system about a model, in words that name what could not be done. */
export class NotNow extends Error {
  override name = 'NotNow';
}

/** Where files in our form are kept. */
export function adoptedFolder(): string {
  return join(cacheFolder(), 'adopted');
}

/**
 * Converts a model from elsewhere into our own form.
 *
 * @param source - address from which it was fetched.
 * @returns the file that is served, in the cache.
 * @throws UserError when the model or its card.json is not valid; NotNow when a file cannot be read or written.
 */
export async function adoptInThread({ name, path }: ModelFile, source?: string): Promise<AdoptedFile> {
  const task: AdoptTask = { name, path, folder: adoptedFolder(), source };
  const thread = startThread(ENTRY, { adopt: task });
  const answer = await new Promise<AdoptAnswer>((resolve, reject) => {
    thread.once('message', resolve).once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the thread that adopts a model ended with ${code}`)));
  });
  if ('file' in answer) return answer.file;
  if (answer.isForUser) throw new UserError(answer.error);
  throw answer.code === undefined ? new Error(answer.error) : new NotNow(answer.error);
}
