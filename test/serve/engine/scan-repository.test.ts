// What is promised of looking for changes: a file is read when two looks find it the same, and once, and its digest is made once.
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  compareVersions,
  type Digests,
  type FoundVersion,
  scanRepository,
} from '../../../serve/engine/scan-repository.ts';
import { temporaryFolder } from '../harness.ts';

const found = (stamps: Record<string, string>) =>
  new Map<string, FoundVersion>(
    Object.entries(stamps).map(([key, stamp]) => [
      key,
      { file: { name: 'colors', version: 1, path: key }, stamp },
    ]),
  );

test('a version whose files are still being written is not read', () => {
  const version = { stamp: '', seen: '' };
  const known = new Map([['colors/1', version]]);
  expect(compareVersions(known, found({ 'colors/1': 'half' })).toRead).toEqual([]);
  expect(compareVersions(known, found({ 'colors/1': 'whole' })).toRead).toEqual([]);
  expect(compareVersions(known, found({ 'colors/1': 'whole' })).toRead).toEqual([version]);
});

test('a version that was read is not read again', () => {
  const known = new Map([['colors/1', { stamp: 'whole', seen: 'whole' }]]);
  expect(compareVersions(known, found({ 'colors/1': 'whole' }))).toEqual({ toRead: [], gone: [] });
});

test('a version that is gone is named', () => {
  const version = { stamp: 'whole', seen: 'whole' };
  const known = new Map([['colors/1', version]]);
  expect(compareVersions(known, found({ 'colors/2': 'new' }))).toEqual({ toRead: [], gone: [version] });
});

describe('the digest of a card.json', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let card: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    card = join(folder.path, 'colors', '1', 'card.json');
    mkdirSync(dirname(card), { recursive: true });
    writeFileSync(join(dirname(card), 'model.onnx'), '');
    writeFileSync(card, '{"a":1}');
  });
  afterEach(async () => {
    vi.useRealTimers();
    await folder.remove();
  });

  /** A look, which knows of the ones before, as the server's. */
  function looks(digestOf: (path: string) => Promise<string>) {
    let digests: Digests | undefined;
    return async () => {
      const scan = await scanRepository(folder.path, undefined, digests, digestOf);
      digests = scan.digests;
      return scan.found.get('colors/1')?.stamp;
    };
  }

  test('is made once until the file changes, also to one of the same size and time', async () => {
    vi.useFakeTimers({ now: Date.now() + 10_000, toFake: ['Date'] });
    utimesSync(card, 1_700_000_000, 1_700_000_000);
    let made = 0;
    const look = looks(async (path) => `${++made} ${readFileSync(path, 'utf8')}`);
    const first = await look();
    for (let i = 0; i < 3; i++) expect(await look()).toBe(first);
    expect(made).toBe(1);
    writeFileSync(card, '{"a":2}');
    utimesSync(card, 1_700_000_000, 1_700_000_000);
    expect(await look()).not.toBe(first);
    expect(made).toBe(2);
  });

  test('is made at each look while the file may change without its times telling', async () => {
    let content = 'one';
    const look = looks(async () => content);
    const first = await look();
    expect(await look()).toBe(first);
    content = 'two';
    expect(await look()).not.toBe(first);
  });

  test('is forgotten when the file is gone', async () => {
    vi.useFakeTimers({ now: Date.now() + 10_000, toFake: ['Date'] });
    const { digests } = await scanRepository(folder.path, undefined);
    rmSync(card);
    expect([...digests.keys()]).toEqual([card]);
    expect((await scanRepository(folder.path, undefined, digests)).digests).toEqual(new Map());
  });
});
