// Runs commands on a disk that fails, in a process that has disk.cpp before its libraries: for each chosen call that
// changes a file, the command with that call failing, then the same command again. Prints a line of JSON for each.
import { createHash } from 'node:crypto';
import { cpSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { main } from '../../../bin/main.ts';
import { backend } from '../../../train/graph/tensorflow.ts';

/** Of errno(3). A disk that is full stays so; of one that fails, one call does. */
const faults = { ENOSPC: { code: 28, isFull: true }, EIO: { code: 5, isFull: false } };

export interface Plan {
  readonly command: string;
  readonly words: readonly string[];
  /** Each is tried with the calls that its pattern finds, of those that are alike (`write model.onnx`) with the last. */
  readonly tries: Record<keyof typeof faults, string>;
}

/** How a command ended. */
export interface Ended {
  readonly status: number;
  readonly printed: string;
  /** An error that was thrown rather than told. */
  readonly bug: string | null;
  /** Digests of the files of the place. */
  readonly files: Readonly<Record<string, string>>;
}

export interface Trial {
  readonly command: string;
  /** What failed, such as `EIO at write /models/default-model.123`. */
  readonly what: string;
  /** The files before. */
  readonly before: Ended['files'];
  /** As it ends where nothing fails. */
  readonly whole: Ended;
  readonly failed: Ended;
  readonly again: Ended;
}

const [, , library = '', folder = '', plans = '[]'] = process.argv;
const [place, saved] = [join(folder, 'place'), join(folder, 'saved')];

const disk = koffi.load(library);
const begin = disk.func('void disk_begin(int n, int errnum, bool isFull)');
const end = disk.func('const char *disk_end()');

backend.binding.isUsingGpuDevice(); // TensorFlow's addon is in the machine's own cache
process.env.TRAINYARD_CACHE = join(place, 'cache');

function copy(from: string, to: string): void {
  for (const name of readdirSync(to)) rmSync(join(to, name), { recursive: true });
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
}

function filesOfPlace(): Record<string, string> {
  const paths = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !path.includes('tsx-') && !lstatSync(join(place, path)).isDirectory(),
  );
  const digest = (path: string) =>
    createHash('sha256')
      .update(readFileSync(join(place, path)))
      .digest('hex');
  return Object.fromEntries(paths.map((path) => [path, digest(path)]));
}

let bug: string | null = null;
const onBug = (error: unknown) => {
  bug = error instanceof Error ? (error.stack ?? error.message) : String(error);
};
process.on('uncaughtException', onBug).on('unhandledRejection', onBug);

async function run(words: readonly string[], n = 0, { code, isFull } = faults.EIO) {
  const own = { ...console };
  const write = process.stdout.write;
  const printed: string[] = [];
  console.log = console.info = console.warn = console.error = (...what) => void printed.push(what.join(' '));
  process.stdout.write = (text: string | Uint8Array) => printed.push(String(text)) > 0;
  bug = null;
  begin(n, code, isFull);
  await main(words).catch(onBug);
  await new Promise((resolve) => setTimeout(resolve, 20)); // what was left behind may fail as well
  const calls = String(end()).trim().replaceAll(place, '').split('\n');
  Object.assign(console, own);
  process.stdout.write = write;
  const status = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  return { calls, ended: { status, printed: printed.join('\n'), bug, files: filesOfPlace() } };
}

/** A call without what is random in the name of its file. */
const kindOf = (call: string) => call.replace(/[0-9a-f]{8,}(-[0-9a-f]{4,})*|\d{3,}|-\w{6}$|-\w{6}\//g, '*');

for (const { command, words, tries } of JSON.parse(plans) as Plan[]) {
  const before = filesOfPlace();
  copy(place, saved);
  const { ended: whole, calls } = await run(words);
  const kinds = calls.map(kindOf);
  for (const fault of ['ENOSPC', 'EIO'] as const)
    for (const [i, call] of calls.entries()) {
      if (!new RegExp(tries[fault]).test(call) || kinds.lastIndexOf(kinds[i] ?? '') !== i) continue;
      copy(saved, place);
      const failed = await run(words, i + 1, faults[fault]);
      const { ended: again } = await run(words);
      const what = `${fault} at ${failed.calls[i] ?? call}`;
      const trial: Trial = { command, what, before, whole, failed: failed.ended, again };
      process.stdout.write(`${JSON.stringify(trial)}\n`);
    }
  copy(saved, place);
  await run(words);
}
process.exit();
