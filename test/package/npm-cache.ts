// npm's cache, with its scratch folder elsewhere.
import { mkdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where npm keeps what it has fetched, as ever, and has its scratch files in `folder`: it unpacks a tarball there twice, each
 * time for what its package.json says. In memory, as the project is, an install of ours takes 6 s of a processor for 10.
 *
 * @returns what npm is to have as `npm_config_cache`.
 */
export function cacheWithScratchIn(folder: string): string {
  const fetched = join(process.env.npm_config_cache ?? join(homedir(), '.npm'), '_cacache');
  const own = join(folder, '_cacache');
  mkdirSync(own, { recursive: true });
  for (const name of ['content-v2', 'index-v5']) {
    mkdirSync(join(fetched, name), { recursive: true });
    symlinkSync(join(fetched, name), join(own, name));
  }
  return folder;
}
