// Work that takes minutes and may be interrupted: what it has made stays in a folder, which the next one takes over.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePath, readJson } from '../../setup/files/index.mjs';
import { keepAlive, mayLive, ownerOf } from '../../setup/files/owner.mjs';

const OWNER = 'owner.json';

/**
 * Lends `use` a folder in `parent`: an empty one, or that of a process that ended before its work of the same name was
 * done. It is removed when `use` returns, and stays when it throws or the process ends.
 * @param name - Of the work: letters, digits and dashes.
 */
export async function withUnfinished(
  parent: string,
  name: string,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  makePath(parent);
  const folder = takeOver(parent, name) ?? makeNew(parent, name);
  const owner = join(folder, OWNER);
  const endBeat = keepAlive(owner);
  try {
    await use(folder);
  } catch (error) {
    // What is left is nobody's.
    rmSync(owner, { force: true });
    throw error;
  } finally {
    endBeat();
  }
  rmSync(folder, { recursive: true, force: true });
}

const prefixOf = (name: string) => `.unfinished-${name}-`;

function makeNew(parent: string, name: string): string {
  // Under another name until it says whose it is.
  const made = join(parent, `.new-${randomUUID()}`);
  const folder = join(parent, `${prefixOf(name)}${randomUUID()}`);
  mkdirSync(made);
  try {
    claim(made);
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

/** The folder of a process that has ended; of several such folders the others are removed. */
function takeOver(parent: string, name: string): string | undefined {
  let taken: string | undefined;
  for (const found of readdirSync(parent).filter((each) => each.startsWith(prefixOf(name)))) {
    const path = join(parent, found);
    const owner = readJson(join(path, OWNER));
    if (owner !== undefined && mayLive(owner, join(path, OWNER))) continue;
    const own = join(parent, `${prefixOf(name)}${randomUUID()}`);
    try {
      // Of several processes, one succeeds.
      renameSync(path, own);
    } catch {
      continue;
    }
    if (taken !== undefined) rmSync(own, { recursive: true, force: true });
    else {
      claim(own);
      taken = own;
    }
  }
  return taken;
}

function claim(folder: string): void {
  writeFileSync(join(folder, OWNER), JSON.stringify(ownerOf(process.pid)));
}
