// What is promised on a disk that gets full or fails, at whatever call: a command says so and ends, what was saved before
// is there, and the same command again ends as if nothing had been.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../../setup/paths.mjs';
import { noise } from '../../train/datasets/folder/pictures.ts';
import type { Plan, Trial } from './trials.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-disk-'));
afterAll(() => rmSync(folder, { recursive: true }));

const place = join(folder, 'place');
const [photos, runs, models] = ['photos', 'runs', 'models'].map((name) => join(place, name));

/** All kinds of calls instead of some: many minutes. */
const all = process.env.DISK_ALL === '1';
const some = (pattern: string) => (all ? '.' : pattern);

const plans: Plan[] = [
  {
    command: 'train',
    words:
      `train ${photos} --architecture small-cnn --size 16 --epochs 2 --batch-size 4 --precision float32 --no-live --tensorboard --runs ${runs}`.split(
        ' ',
      ),
    tries: {
      ENOSPC: some('^write .*(owner.json|prepared.jsonl|recipe.json|best.safetensors|events)'),
      EIO: some('^write .*/pixels|rename .*(metrics.csv|last.safetensors)|fsync .*-photos$|^write .*/lock'),
    },
  },
  {
    command: 'export',
    words: `export --runs ${runs} --repository ${models}`.split(' '),
    tries: {
      ENOSPC: some('^write .*(model.onnx|default-model)'),
      EIO: some('^(write|fsync|rename|mkdir) /models'),
    },
  },
  {
    command: 'predict',
    words:
      `predict photos/1 ${photos} --out ${join(place, 'out.csv')} --threads 1 --repository ${models}`.split(
        ' ',
      ),
    tries: { ENOSPC: '.', EIO: '.' },
  },
];

/** Files whose bytes depend on what is trained and exported alone, not on the time of day. */
const IS_RESULT = /^runs.*(safetensors|metrics.csv|steps.csv|recipe.json)$|^models|^out.csv$|^photos/;
const results = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).filter(([path]) => IS_RESULT.test(path)));

const trials: Trial[] = [];
beforeAll(async () => {
  for (let i = 0; i < 12; i++) {
    const path = join(place, 'photos', 'ab'[i % 2] ?? '', `${i}.png`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await noise(i).png().toBuffer());
  }
  for (const name of ['saved', 'place/tmp']) mkdirSync(join(folder, name));
  const library = join(folder, 'disk.so');
  const source = join(root, 'test/bin/disk/disk.cpp');
  execFileSync('g++', ['-O2', '-std=c++17', '-shared', '-fPIC', '-o', library, source, '-ldl']);
  const script = join(root, 'test/bin/disk/trials.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, library, folder, JSON.stringify(plans)], {
    cwd: root,
    env: { ...process.env, LD_PRELOAD: library, DISK_UNDER: `${place}/`, TMPDIR: join(place, 'tmp') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors = text(child.stderr);
  for await (const line of createInterface({ input: child.stdout })) {
    const trial: Trial = JSON.parse(line);
    trials.push(trial);
    if (all) console.log(trial.command, trial.what, trial.failed.status);
  }
  expect(child.exitCode ?? (await new Promise((end) => child.once('exit', end))), await errors).toBe(0);
}, 3_600_000);

test('each command is tried, and nothing fails where nothing is made to', () => {
  expect(new Set(trials.map(({ command }) => command))).toEqual(new Set(plans.map(({ command }) => command)));
  for (const { whole } of trials) expect([whole.status, whole.bug], whole.printed).toEqual([0, null]);
});

/** What of all trials is not as promised. */
const wrong = (judge: (trial: Trial) => unknown) =>
  trials.flatMap((trial) => {
    const fault = judge(trial);
    return fault === undefined ? [] : [{ at: `${trial.command}, ${trial.what}`, fault }];
  });

/** The files that are other than in `expected`, or not there. */
function others(expected: Trial['before'], got: Trial['before']): string[] | undefined {
  const other = Object.keys(results(expected)).filter((path) => got[path] !== expected[path]);
  return other.length > 0 ? other : undefined;
}

/** Of writers that give a file its name when it is whole. */
const IS_LEFT = /^tmp|~|\.tmp$|unfinished|\.new-|(model|json)\.\d+$/;

const SAYS =
  /The disk is full|cannot be (written|used): .*(ENOSPC|EIO)|is written, but may not outlast .*E|The disk has failed|cannot be made: the disk (does not work|is full)/;

test('the command ends with the status of a failure, and says what the disk did; or does without, to the same end', () => {
  expect(
    wrong(({ whole, failed: { status, bug, printed, files } }) => {
      if (bug !== null) return bug;
      const left = Object.keys(files).filter((path) => path.startsWith('models') && IS_LEFT.test(path));
      if (left.length > 0) return left;
      if (status === 0) return others(whole.files, files);
      return SAYS.test(printed) ? undefined : printed;
    }),
  ).toEqual([]);
});

test('what was there before is there as it was', () => {
  expect(wrong(({ before, failed }) => others(before, failed.files))).toEqual([]);
});

test('the same command then does it, to the same bytes, and leaves nothing unfinished', () => {
  expect(
    wrong(({ whole, again: { status, bug, printed, files } }) => {
      if (bug !== null || status !== 0) return bug ?? printed;
      const left = Object.keys(files).filter((path) => IS_LEFT.test(path));
      return left.length > 0 ? left : others(whole.files, files);
    }),
  ).toEqual([]);
});

test('a run whose last epoch is saved is not trained anew: what is missing is its report', () => {
  const late = trials.filter(({ failed }) => /report is not complete/.test(failed.printed));
  const flushed = late.find(({ what }) => /fsync .*-photos$/.test(what));
  expect(flushed?.failed.printed).toMatch(
    /last.safetensors is written, but may not outlast a loss of power: E(IO|NOSPC)/,
  );
  for (const { failed } of late)
    expect(failed.printed).toMatch(
      /Rather than the same command, give: npm run report 0001-photos -- --runs /,
    );
});
