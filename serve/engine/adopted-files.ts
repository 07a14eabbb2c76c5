// Which adopted files in the cache are needed by whom, so that those that nobody needs are removed. Every engine has a list
// beside the files, and shows by its time that it lives; what was on the list of one that ended is needed no more.
import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makePath } from '../../setup/files/index.mjs';

/** Folder of the lists. */
const LISTS = 'needed-by';

/** Ending of the list of an engine that was closed. */
const CLOSED = '.closed';

/** Milliseconds between two signs of life of a list, and its age at which its engine has ended. */
const SIGN = 60_000;
const ENDED_AFTER = 5 * SIGN;

/** Milliseconds after which a file that was on no list is removed: it may be one of an engine that is starting. */
const ORPHAN_AFTER = 60 * 60_000;

/** What adopt-thread.ts writes: digest, and the process while it is being written. */
const FILE = /^[0-9a-f]{64}\.onnx(\.\d+)?$/;

export interface AdoptedFiles {
  /**
   * Says which files this engine needs from now on; of the others, those that nobody needs are removed. A file that is
   * removed while somebody starts to need it is made again there. Never throws: a cache that cannot be written stays.
   */
  keep(paths: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

interface List {
  readonly path: string;
  readonly names: readonly string[];
  readonly lives: boolean;
}

/** @param folder - of the adopted files. */
export function openAdoptedFiles(folder: string): AdoptedFiles {
  const lists = join(folder, LISTS);
  const own = join(lists, randomUUID());
  let needed: readonly string[] | undefined;
  let sign: NodeJS.Timeout | undefined;

  async function keep(paths: readonly string[]): Promise<void> {
    const now = paths.filter((path) => dirname(path) === folder).map((path) => basename(path));
    const before = needed;
    if (before !== undefined && String(before) === String(now)) return;
    needed = now;
    if (now.length > 0 || before !== undefined) await writeOwn(now);
    const others = (await readLists(lists)).filter(({ path }) => path !== own);
    const wanted = new Set([...now, ...others.flatMap(({ lives, names }) => (lives ? names : []))]);
    const left = new Set([...(before ?? []), ...others.flatMap(({ lives, names }) => (lives ? [] : names))]);
    for (const name of await readdir(folder)) {
      if (!FILE.test(name) || wanted.has(name)) continue;
      if (left.has(name) || (await age(join(folder, name))) > ORPHAN_AFTER)
        await rm(join(folder, name), { force: true });
    }
    for (const { path, lives } of others) if (!lives) await rm(path, { force: true });
  }

  async function writeOwn(names: readonly string[]): Promise<void> {
    makePath(lists);
    await writeFile(own, names.join('\n'));
    sign ??= setInterval(() => void utimes(own, new Date(), new Date()).catch(() => {}), SIGN).unref();
  }

  return {
    keep: (paths) => keep(paths).catch(() => {}),
    async close() {
      clearInterval(sign);
      if (sign !== undefined) await rename(own, own + CLOSED).catch(() => {});
    },
  };
}

async function readLists(folder: string): Promise<List[]> {
  const paths = (await readdir(folder).catch(() => [])).map((name) => join(folder, name));
  return Promise.all(
    paths.map(async (path) => ({
      path,
      names: (await readFile(path, 'utf8').catch(() => '')).split('\n'),
      lives: !path.endsWith(CLOSED) && (await age(path)) < ENDED_AFTER,
    })),
  );
}

/** Milliseconds since a file was changed in any way; 0 when it is gone. */
async function age(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 0 : Date.now() - found.ctimeMs;
}
