// A temporary folder in the machine's memory, where there is room. npm makes thousands of files and removes them: on a disk
// the kernel looks long for places that files just removed have left, up to half of what an install takes of a processor.
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';

const IN_MEMORY = '/dev/shm';

/** Bytes that have to be free: the projects take 1 GB, and what runs meanwhile needs the rest. */
const ENOUGH = 4e9;

/**
 * The folder whose files the kernel keeps in memory, if programs run from there and enough memory is free. A container's, of
 * 64 MB and for data alone, is none.
 *
 * @param mounts - what is mounted, as in proc_pid_mounts(5).
 * @param free - bytes.
 */
export function placeInMemory(mounts: string, free: number): string | undefined {
  const [, options = 'noexec'] = new RegExp(`^\\S+ ${IN_MEMORY} tmpfs (\\S+)`, 'm').exec(mounts) ?? [];
  return options.split(',').includes('noexec') || free < ENOUGH ? undefined : IN_MEMORY;
}

/**
 * An empty folder, in memory or else on the disk: its real path.
 *
 * @param name - what its name begins with, before the number of this process.
 */
export function folderInMemory(name: string): string {
  const place =
    process.platform === 'linux' ? placeInMemory(readFileSync('/proc/mounts', 'utf8'), freemem()) : undefined;
  // A system may link its temporary folder.
  if (place === undefined) return realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)));
  removeAbandoned(place, name);
  const folder = join(place, `${name}-${process.pid}`);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** Removes our folders of this name in `place` whose process was killed before it could: they would take memory for ever. */
export function removeAbandoned(place: string, name: string): void {
  const running = new Set(readdirSync('/proc'));
  for (const each of readdirSync(place)) {
    const [, pid] = /^(\d+)$/.exec(each.startsWith(`${name}-`) ? each.slice(name.length + 1) : '') ?? [];
    const isOurs = () => lstatSync(join(place, each)).uid === process.getuid?.();
    if (pid !== undefined && (pid === String(process.pid) || !running.has(pid)) && isOurs())
      rmSync(join(place, each), { recursive: true, force: true });
  }
}
