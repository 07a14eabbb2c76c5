// What is promised of lists and shares: a row for each line, under its own name, and each picture in one share, whoever asks.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FoundPicture, type PictureSource, pictureFiles } from '../../../serve/predict/files.ts';
import { linesOf } from '../../../serve/predict/lines.ts';
import { openPredictionFile } from '../../../serve/predict/output.ts';
import { rowFormatOf } from '../../../serve/predict/rows.ts';
import { ofShard, readShard } from '../../../serve/predict/shard.ts';
import { program } from '../../listening.ts';
import { colors, fillRepository } from '../harness.ts';
import { plain } from '../pictures.ts';
import { predicted } from './predicted.ts';

let folder: string;
let repository: string;
const odd = 'odd\u2028name\rof, "a" file.png';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-list-'));
  repository = join(folder, 'models');
  await fillRepository(repository, [colors]);
  mkdirSync(join(folder, 'lists', 'inner'), { recursive: true });
  for (const tint of ['red', 'lime', 'blue'])
    writeFileSync(join(folder, 'lists', 'inner', `${tint}.png`), await plain(tint));
  copyFileSync(join(folder, 'lists', 'inner', 'red.png'), join(folder, odd));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function predict(args: string[], input = '') {
  const child = spawn(process.execPath, [program, 'predict', 'colors', '--repository', repository, ...args], {
    cwd: folder,
  });
  child.stdin.end(input);
  const [[code], errors] = await Promise.all([once(child, 'exit'), text(child.stderr), text(child.stdout)]);
  return { code, errors };
}

const rows = (name: string) =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const lines = [
  'inner/red.png',
  '',
  join('/', 'nowhere', 'gone.png'),
  'inner/blue.png\r',
  'inner/red.png',
  'inner',
];

test('a row for each line of a list, under the name that it has there, from the folder of the list', async () => {
  writeFileSync(join(folder, 'lists', 'all.txt'), `\ufeff${lines.join('\n')}`);
  const { code, errors } = await predict(['--list', 'lists/all.txt', '--out', 'all.jsonl']);
  expect(code, errors).toBe(1);
  expect(rows('all.jsonl').map(({ file, label, error }) => [file, label ?? error])).toEqual([
    ['inner/red.png', expect.stringMatching(/^(red|green|blue)$/)],
    ['/nowhere/gone.png', expect.stringMatching(/^it cannot be read: /)],
    ['inner/blue.png', expect.stringMatching(/^(red|green|blue)$/)],
    ['inner/red.png', expect.stringMatching(/^(red|green|blue)$/)],
    ['inner', expect.stringMatching(/^it cannot be read: /)],
  ]);
  const from = await predict(['lists/inner/red.png', 'lists/inner/blue.png', '--out', 'named.jsonl']);
  expect(from.code, from.errors).toBe(0);
  const [red, blue] = rows('named.jsonl').map(({ predictions }) => predictions);
  expect(rows('all.jsonl').map(({ predictions }) => predictions)).toEqual([
    red,
    undefined,
    blue,
    red,
    undefined,
  ]);
});

test('a list on standard input begins where the command runs', async () => {
  const { code, errors } = await predict(
    ['--list', '-', '--out', 'input.jsonl'],
    'lists/inner/lime.png\nlists/inner/red.png\n',
  );
  expect(code, errors).toBe(0);
  expect(rows('input.jsonl').map(({ file }) => file)).toEqual([
    'lists/inner/lime.png',
    'lists/inner/red.png',
  ]);
});

test('a name with signs that end lines elsewhere is one name, also when the command goes on', async () => {
  const { code, errors } = await predict([odd, '--out', 'odd.jsonl']);
  expect(code, errors).toBe(0);
  for (const ending of ['jsonl', 'csv']) {
    const path = join(folder, `twice.${ending}`);
    const format = rowFormatOf(path, { name: 'colors/1', digest: '0123456789ab' }, 1);
    for (const before of [0, 1]) {
      const file = await openPredictionFile(path, format, false);
      expect([file.done, file.has(odd)]).toEqual([before, before === 1]);
      if (before === 0) await file.write([predicted(odd, { label: 'red', probability: 1 })]);
      await file.close();
    }
  }
  expect(rows('odd.jsonl')[0].file).toBe(odd);
});

test('lines are those between line feeds, however the bytes come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', '\n', '\r', '\u2028', '\u{1f600}', 'é'), { maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      async (signs, size) => {
        const bytes = Buffer.from(signs.join(''));
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        let whole = '';
        for await (const { text, ended } of linesOf(Readable.from(pieces))) {
          expect(text).not.toContain('\n');
          whole += text + (ended ? '\n' : '');
        }
        expect(whole).toBe(signs.join(''));
      },
    ),
    { seed: 1 },
  );
});

const namesOf = async (source: PictureSource) => {
  const names: string[] = [];
  for await (const { name } of source()) names.push(name);
  return names;
};

/** A source of these names. */
const named = (names: readonly string[]): PictureSource =>
  async function* () {
    for (const name of names) yield { path: name, name } satisfies FoundPicture;
  };

test('shares have each picture once, in its order, and keep theirs when others come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string(), { maxLength: 60 }),
      fc.array(fc.string(), { maxLength: 20 }),
      fc.integer({ min: 1, max: 7 }),
      async (names, others, count) => {
        const all: string[] = [];
        for (let number = 1; number <= count; number++) {
          const share = await namesOf(ofShard(named(names), { number, count }));
          expect(share).toEqual(names.filter((name) => share.includes(name)));
          const later = await namesOf(ofShard(named([...others, ...names]), { number, count }));
          expect(later).toEqual(expect.arrayContaining(share));
          all.push(...share);
        }
        expect(all.toSorted()).toEqual(names.toSorted());
      },
    ),
    { seed: 1 },
  );
});

test('shares are about even, and the same however the folder is called', async () => {
  const many = Array.from({ length: 4000 }, (_, i) => `picture-${i}.png`);
  for (let number = 1; number <= 4; number++) {
    const { length } = await namesOf(ofShard(named(many), { number, count: 4 }));
    expect(Math.abs(length - 1000)).toBeLessThan(120); // four times the root of what is expected
  }
  const inner = join(folder, 'lists', 'inner');
  for (const path of [inner, relative(process.cwd(), inner)])
    expect(await namesOf((other) => pictureFiles([path], other))).toEqual([
      'blue.png',
      'lime.png',
      'red.png',
    ]);
});

test('shares of a folder together are its rows; one may be empty', async () => {
  const whole = await predict(['lists/inner', '--out', 'whole.jsonl']);
  expect(whole.code, whole.errors).toBe(0);
  const together: unknown[] = [];
  for (const share of ['1/2', '2/2', '1/1000']) {
    const out = `share-${share.replace('/', '-')}.jsonl`;
    const { code, errors } = await predict(['lists/inner', '--shard', share, '--out', out]);
    expect(code, errors).toBe(0);
    if (share === '1/1000') expect(rows(out)).toEqual([]);
    else together.push(...rows(out));
  }
  expect(together).toHaveLength(3);
  expect(together).toEqual(expect.arrayContaining(rows('whole.jsonl')));
});

test('many pictures without --out have a file for each share', async () => {
  writeFileSync(
    join(folder, 'many.txt'),
    Array.from({ length: 60 }, (_, i) => `lists/./inner/${'./'.repeat(i)}red.png`).join('\n'),
  );
  const { code, errors } = await predict(['--list', 'many.txt', '--shard', '2/3']);
  expect(code, errors).toBe(0);
  expect(existsSync(join(folder, 'predictions-colors-1-2-of-3.csv')), errors).toBe(true);
});

test('says what is wrong with a list or a share', async () => {
  for (const [args, message] of [
    [['--list', 'none.txt'], /^The list none\.txt cannot be read: .*one path a line/],
    [['--list', 'lists'], /^The list lists cannot be read: it is a folder/],
    [[odd, '--list', 'many.txt'], /^Received both odd.* and --list many\.txt/],
    [[], /^No pictures are named\. Expected files and folders after the model, or --list file/],
    [['lists', '--shard', '4/3'], /^--shard takes a share .* received "4\/3"/],
  ] as const) {
    const { code, errors } = await predict([...args]);
    expect(code).toBe(1);
    expect(errors).toMatch(message);
  }
  for (const text of ['0/3', '3', '1/0', '-1/3', '1.5/3', 'a/b'])
    expect(() => readShard(text)).toThrow('--shard');
});
