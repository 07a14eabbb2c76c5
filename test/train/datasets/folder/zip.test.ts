// A ZIP archive is trained on as the folder that Python unpacks from it.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Dataset } from '../../../../train/datasets/dataset.ts';
import { loadFolder } from '../../../../train/datasets/folder/index.ts';
import { python } from '../../../python.ts';
import { options } from '../shards/support.ts';
import { noise } from './pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-zip-'));
afterAll(() => rmSync(folder, { recursive: true }));
const cache = join(folder, 'cache');

/** Loads with a cache of this file's own; Python is in that of all tests. */
async function load(path: string): Promise<Dataset> {
  vi.stubEnv('TRAINYARD_CACHE', cache);
  try {
    return await loadFolder(path, options);
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Writes an archive by Python: of a file's name, its bytes as base64. */
const zipped = `
import base64, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', getattr(zipfile, sys.argv[2])) as archive:
    for name, content in json.load(sys.stdin).items():
        archive.writestr(name, base64.b64decode(content))`;

function zip(name: string, files: Record<string, Uint8Array>, way = 'ZIP_DEFLATED'): string {
  const path = join(folder, name);
  const given = Object.entries(files).map(([file, bytes]) => [file, Buffer.from(bytes).toString('base64')]);
  python(zipped, [path, way], Buffer.from(JSON.stringify(Object.fromEntries(given))));
  return path;
}

const unpack = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])';

async function pictures(from: number): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 10; i++)
    files[`${i % 2 ? 'Hündin' : 'cat'}/${i}.png`] = await noise(from + i)
      .png()
      .toBuffer();
  return files;
}

const unpacked = () => (existsSync(join(cache, 'archives')) ? readdirSync(join(cache, 'archives')) : []);

describe('a ZIP archive', () => {
  it.each(['ZIP_STORED', 'ZIP_DEFLATED'])('%s, gives what its folder gives', async (way) => {
    const path = zip(`${way}.zip`, { ...(await pictures(0)), 'teach.json': Buffer.from('{}') }, way);
    const plainFolder = join(folder, way);
    python(unpack, [path, plainFolder]);
    const [archive, plain] = [await load(path), await load(plainFolder)];
    expect(archive.labels).toEqual(['Hündin', 'cat']);
    expect([archive.labels, archive.digests, archive.train.files, archive.validation.files]).toEqual([
      plain.labels,
      plain.digests,
      plain.train.files,
      plain.validation.files,
    ]);
    expect(archive.train.n + archive.validation.n).toBe(10);
    expect(archive.name).toBe(way.toLowerCase().replace('_', '-'));
  });

  it('that was made anew under its name is read anew', async () => {
    const before = await load(zip('again.zip', await pictures(20)));
    const after = await load(zip('again.zip', await pictures(40)));
    expect(after.digests).not.toEqual(before.digests);
  });

  it.each(['../outside.png', 'cat/../../outside.png', '/outside.png', 'C:\\outside.png'])(
    'with a file %s is refused, and nothing of it is written',
    async (name) => {
      const before = unpacked();
      const path = zip('slip.zip', { ...(await pictures(0)), [name]: new Uint8Array(3) });
      await expect(load(path)).rejects.toThrow(/has a file ".*", which would be outside/);
      expect(unpacked()).toEqual(before);
      expect(existsSync(join(cache, 'outside.png')) || existsSync(join(cache, 'archives/outside.png'))).toBe(
        false,
      );
    },
  );

  it('that is cut off, or none, is refused by name', async () => {
    const path = zip('cut.zip', await pictures(0));
    truncateSync(path, 700);
    await expect(load(path)).rejects.toThrow(/cut\.zip is no ZIP archive that can be read/);
    writeFileSync(path, 'no archive');
    await expect(load(path)).rejects.toThrow(/cut\.zip is no ZIP archive that can be read/);
  });

  it('that claims to hold more than 2 GiB is refused before it is unpacked', async () => {
    const path = zip('bomb.zip', await pictures(0));
    const bytes = readFileSync(path);
    // The unpacked sizes in the directory at the end: PKWARE's APPNOTE, 4.3.12.
    for (let at = bytes.indexOf('PK\u0001\u0002'); at >= 0; at = bytes.indexOf('PK\u0001\u0002', at + 4))
      bytes.writeUInt32LE(2 ** 30, at + 24);
    writeFileSync(path, bytes);
    await expect(load(path)).rejects.toThrow(/bomb\.zip has more than 2 GiB: unpack it/);
  });

  it('is told from a folder of that name', async () => {
    const path = join(folder, 'folder.zip');
    for (const [name, bytes] of Object.entries(await pictures(0))) {
      mkdirSync(join(path, name, '..'), { recursive: true });
      writeFileSync(join(path, name), bytes);
    }
    expect((await load(path)).labels).toEqual(['Hündin', 'cat']);
  });
});
