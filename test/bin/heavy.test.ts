// What is promised of every command: its words are checked before anything heavy is loaded. TensorFlow takes a second and
// half a gigabyte, which somebody who mistyped an option does not wait for.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../bin/commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-heavy-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Heavy packages that it loaded, and the command lines before it had not. */
  readonly heavy: readonly string[];
}

/** Runs command lines one after the other in a process of their own. */
function runMany(lines: readonly (readonly string[])[]): Result[] {
  const script = fileURLToPath(new URL('./run-many.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), script],
    {
      cwd: folder,
      input: JSON.stringify(lines),
      encoding: 'utf8',
      env: { ...process.env, TRAINYARD_RUNS: join(folder, 'runs') },
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

it('what is heavy is seen', () => {
  const [before, sharp, ort] = runMany([['--version'], ['import', 'sharp'], ['import', 'onnxruntime-node']]);
  expect(before?.heavy).toEqual([]);
  expect(sharp?.heavy.join()).toMatch(/sharp|libvips/);
  expect(ort?.heavy.join()).toMatch(/onnxruntime/);
});

const names = commands.map(({ name }) => name);

it('an option that a command does not have', () => {
  const results = runMany(names.map((name) => [name, '--hlep']));
  const stderr = 'There is no option --hlep. Did you mean --help?';
  const expected = { status: 1, stdout: '', stderr, heavy: [] };
  expect(results.map((result, i) => ({ name: names[i], ...result }))).toEqual(
    names.map((name) => ({ name, ...expected })),
  );
});

it('the help of a command, and what a shell completes', () => {
  const lines = [...names.map((name) => [name, '--help']), ['completion', 'bash']];
  for (const [i, { status, stdout, heavy }] of runMany(lines).entries())
    expect({ line: lines[i], status, heavy, length: stdout.length > 100 }).toEqual({
      line: lines[i],
      status: 0,
      heavy: [],
      length: true,
    });
});

describe('a value that cannot be', () => {
  const lines: readonly (readonly [words: string, message: string])[] = [
    ['init file/project', 'cannot be written'],
    ['setup --for everything', '--for takes packages, serve, train, test, ci, all; received "everything".'],
    ['start --port http', '--port takes a whole number from 0 to 65535; received "http".'],
    ['train digits --epochs many', '--epochs takes'],
    ['train digits --epochs 0', '--epochs takes'],
    ['train digits --batch-size 1.5', '--batch-size takes'],
    ['train digits --learning-rate fast', '--learning-rate takes'],
    ['train digits --seed x', '--seed takes'],
    ['train digits --precision half', '--precision takes'],
    ['train digits --budget long', '--budget takes a time such as 10m'],
    ['train digits --max-memory lots', '--max-memory takes a size such as 2g or 800m; received "lots"'],
    ['train digits --seeds 0', '--seeds takes a whole number above 0; received "0".'],
    ['train digits --keep some', '--keep takes a whole number above 0; received "some".'],
    ['train digits --rotate far', '--rotate takes'],
    ['train digits --elastic=', '--elastic takes'],
    [
      'train digits --augment phto',
      '--augment takes none, gentle, photo, aerial, digits; received "phto". Did you mean photo?',
    ],
    ['train conv-mnist --init tiny', 'tiny'],
    ['train digts', 'There is no recipe "digts". Did you mean digits?'],
    ['train ./nowhere', 'There is nothing at'],
    ['train --resume 0007-digits', 'There is no run "0007-digits"'],
    ['train digits --from nowhere.onnx', 'nowhere.onnx'],
    ['show ./nowhere', 'There is nothing at'],
    ['show digits --batch-size 0', '--batch-size takes'],
    ['lr-find digits --start 2 --end 1', '--start'],
    ['lr-find digits --steps few', '--steps takes a whole number'],
    ['photos ./pets --each 0', '--each takes a whole number above 0; received "0".'],
    ['report 0007-digits', 'There is no run "0007-digits"'],
    ['compare 0007-digits 0008-digits', 'There is no run "0007-digits"'],
    ['compare 0007-digits', 'Received 1.'],
    ['histograms 0007-digits', 'There is no run "0007-digits"'],
    ['surface 0007-digits', 'There is no run "0007-digits"'],
    ['inspect 0007-digits', 'There is neither a model "0007-digits"'],
    ['inspect nowhere.onnx', 'There is no file nowhere.onnx.'],
    ['inspect digits --sizes big', '--sizes takes'],
    ['export --opset 1', '--opset takes a whole number from'],
    ['export --checkpoint bets', '--checkpoint takes best, last; received "bets". Did you mean best?'],
    ['export --tolerance 2', '--tolerance takes'],
    ['export --to tensorflow', '--to takes'],
    ['export --converter mine', '--converter takes'],
    ['export 0007-digits', 'There is no run "0007-digits"'],
    ['export nowhere/model.json', 'nowhere/model.json'],
    ['verify nowhere.onnx', 'nowhere.onnx'],
    ['verify digts', 'digits'],
    ['verify digits --pictures nowhere --against x', '--pictures'],
    ['diff digits digits/7', '7'],
    ['diff digits digits --pictures nowhere', '--pictures'],
    ['quantize digits --weights int4', '--weights takes int8, float16; received "int4".'],
    ['quantize digits --max-drop 200', '--max-drop takes'],
    ['quantize digits --calibration 0', '--calibration takes a whole number from 1 to'],
    ['serve --port http', '--port: received "http", expected a whole number from 0 to 65535'],
    ['serve --config nowhere.json', 'nowhere.json'],
    ['predict digits nowhere', 'There is no picture to read at nowhere: it cannot be read: it is not there.'],
    ['predict digits . --top 0', '--top takes a whole number from 1 to 10000; received "0".'],
    ['predict digits . --threads all', '--threads takes a whole number from 1 to 1024; received "all".'],
    [
      'predict digits . --out a.xlsx',
      '--out takes a file that ends in .csv, .jsonl or .parquet; received "a.xlsx".',
    ],
    ['web-demo --port http', '--port takes a whole number from 0 to 65535; received "http".'],
    ['completion tcsh', 'completion takes bash, zsh, fish; received "tcsh".'],
    ['help trian', 'There is no command trian. Did you mean train?'],
  ];
  let results: Result[];
  beforeAll(() => {
    writeFileSync(join(folder, 'file'), '');
    results = runMany(lines.map(([words]) => words.split(' ')));
  });

  it.each(lines.map(([words, message], i) => [words, message, i] as const))('%s', (_, message, i) => {
    const { status, stdout, stderr, heavy } = results[i] ?? {};
    expect({ status, stdout, heavy }, stderr).toEqual({ status: 1, stdout: '', heavy: [] });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/too (small|big)|invalid (input|option)/i);
  });
});
