// Keys are exchanged while the server runs: from one look to another the old ones end, and a file that is not usable
// changes nothing.
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openKeyFile } from '../../../serve/http/key-file.ts';
import type { Log } from '../../../serve/log.ts';
import { startProcess } from '../../../setup/modules/start.mjs';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-key-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [first, second] = ['rZ0mYvIMdcEVHZMMOSVYr3ThB46Ht6Cm', 'Zk7q9b2mVtX4sLr8nWc1pEy5hJd3fGuA'];

let files = 0;
/** A file of keys, as the server has it, with what it says. */
function open(text: string) {
  const path = join(folder, `keys-${++files}`);
  writeFileSync(path, text);
  const lines: unknown[] = [];
  const log: Log = (line, { level = 'info' } = {}) => void lines.push(`${level}: ${line}`);
  return { path, lines, file: openKeyFile(path, log) };
}

test('a file that changes is taken at the second look that finds it, and what it does not hold ends', () => {
  const { path, file, lines } = open(`lab ${first} requests-per-minute=5\n`);
  expect([file.ring(first), file.ring(second), file.count()]).toEqual(['lab', undefined, 1]);
  expect(file.quotaOf('lab')).toEqual({ 'requests-per-minute': 5 });
  for (let i = 0; i < 3; i++) file.look();
  writeFileSync(path, `lab ${second} pictures-per-day=7\nshop ${'s'.repeat(20)}\n`);
  file.look();
  expect([file.ring(first), file.ring(second)]).toEqual(['lab', undefined]);
  file.look();
  expect([file.ring(first), file.ring(second), file.count()]).toEqual([undefined, 'lab', 2]);
  expect([file.quotaOf('lab'), file.quotaOf('shop'), file.quotaOf('none')]).toEqual([
    { 'pictures-per-day': 7 },
    {},
    undefined,
  ]);
  for (let i = 0; i < 3; i++) file.look();
  expect(lines).toEqual([`info: ${path} has changed: its keys (2) count now, and none of those before`]);
});

test('a file that is just being written is not taken', () => {
  const { path, file, lines } = open(`lab ${first}\n`);
  const whole = `lab ${first}\nshop ${second}\n`;
  for (let length = 1; length <= whole.length; length++) {
    writeFileSync(path, whole.slice(0, length));
    file.look();
    expect([file.ring(first), file.count()]).toEqual(['lab', 1]);
  }
  file.look();
  expect([file.ring(first), file.ring(second)]).toEqual(['lab', 'shop']);
  expect(lines).toHaveLength(1);
});

test('one that changes before the first look is not missed', () => {
  const { path, file } = open(`lab ${first}\n`);
  writeFileSync(path, `lab ${second}\n`);
  file.look();
  file.look();
  expect([file.ring(first), file.ring(second)]).toEqual([undefined, 'lab']);
});

test.each([
  [
    'a short key',
    (path: string) => writeFileSync(path, `lab ${second}\nshop short\n`),
    'line 2: expected a key of 16',
  ],
  ['no key', (path: string) => writeFileSync(path, '# none\n'), 'holds no key'],
  [
    'more than a list of keys has',
    (path: string) => writeFileSync(path, `lab ${second}\n`.padEnd(1024 * 1024 + 1, '\n')),
    'it has 1,048,577 bytes, expected 1 MiB at most',
  ],
  ['nothing', (path: string) => rmSync(path), 'the file of keys cannot be read: .*: it is not there'],
  [
    'a wrong quota',
    (path: string) => writeFileSync(path, `lab ${second} cats-per-day=1\n`),
    'there is no quota cats-per-day',
  ],
])('one with %s keeps the old keys, says so once, and is taken when it is well', (_, damage, message) => {
  const { path, file, lines } = open(`lab ${first} requests-per-minute=5\n`);
  damage(path);
  for (let i = 0; i < 4; i++) file.look();
  expect([file.ring(first), file.ring(second), file.count()]).toEqual(['lab', undefined, 1]);
  expect(file.quotaOf('lab')).toEqual({ 'requests-per-minute': 5 });
  expect(lines).toEqual([
    expect.stringMatching(
      new RegExp(`^error: .*${message}.*; the keys \\(1\\) that were read before go on$`),
    ),
  ]);
  expect(String(lines)).not.toContain(first);
  expect(String(lines)).not.toContain(second);
  writeFileSync(path, `lab ${second}\n`);
  file.look();
  file.look();
  expect([file.ring(first), file.ring(second)]).toEqual([undefined, 'lab']);
  expect(lines).toHaveLength(2);
});

test('a pipe in its place is not waited for, which requests would wait for too', async () => {
  const { path } = open(`lab ${first}\n`);
  // In a process of its own, since one that waits for a pipe can only be killed.
  const child = startProcess(new URL('./pipe-of-keys.ts', import.meta.url), { path, key: first });
  const kill = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const [told] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  clearTimeout(kill);
  expect(told).toEqual({
    owner: 'lab',
    lines: [
      expect.stringMatching(/^the file of keys cannot be read: .*: it is a pipe or a device, expected/),
    ],
  });
}, 30_000);

test('the same keys again after a mistake are said to count', () => {
  const { path, file, lines } = open(`lab ${first}\n`);
  writeFileSync(path, 'short\n');
  for (let i = 0; i < 2; i++) file.look();
  writeFileSync(path, `lab ${first}\n`);
  for (let i = 0; i < 2; i++) file.look();
  expect(file.ring(first)).toBe('lab');
  expect(lines).toEqual([
    expect.stringMatching(/^error: /),
    expect.stringMatching(/^info: .* its keys \(1\) count now/),
  ]);
});

test('a secret of Kubernetes, whose folder is another one behind a link, is found', () => {
  for (const [name, key] of [
    ['before', first],
    ['after', second],
  ] as const) {
    rmSync(join(folder, name), { recursive: true, force: true });
    writeFileSync(join(folder, name), `lab ${key}\n`);
  }
  const link = join(folder, 'link');
  symlinkSync('before', link);
  const file = openKeyFile(link, () => {});
  symlinkSync('after', `${link}.new`);
  renameSync(`${link}.new`, link);
  file.look();
  file.look();
  expect([file.ring(first), file.ring(second)]).toEqual([undefined, 'lab']);
});

test('a file that is wrong at the start is an error', () => {
  expect(() => open('short\n')).toThrow(/line 1: expected a key of 16/);
  expect(() => openKeyFile(join(folder, 'nothing'), () => {})).toThrow(/it is not there/);
});
