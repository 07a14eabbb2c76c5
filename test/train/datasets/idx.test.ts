// Reading idx files: what is right, and what is said of a file that isn't.
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { readIdx } from '../../../train/datasets/idx.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainyard-idx-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(bytes: readonly number[]): Promise<string> {
  const path = join(folder, 'some-idx2-ubyte');
  await writeFile(path, Uint8Array.from(bytes));
  return path;
}

async function complaint(path: string): Promise<string> {
  const error = await readIdx(path, [2, 3]).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return error instanceof UserError ? error.message : '';
}

const header = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3];
const data = [1, 2, 3, 4, 5, 255];

describe('readIdx', () => {
  it('returns the data in shared memory', async () => {
    const read = await readIdx(await written([...header, ...data]), [2, 3]);
    expect([...read]).toEqual(data);
    expect(read.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('closes the file, whether it is right or not', async () => {
    const path = await written([...header, ...data]);
    await readIdx(path, [2, 3]);
    await complaint(await written([]));
    const open = readdirSync('/proc/self/fd').map((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`);
      } catch {
        return ''; // that of the listing itself
      }
    });
    expect(open).not.toContain(path);
  });

  it('names a file that is missing, and the command that fetches it; another failure is no word on that', async () => {
    const path = join(folder, 'absent');
    expect(await complaint(path)).toBe(`${path} is missing. Run \`npm run setup\` to fetch it.`);
    const within = join(await written(header), 'absent');
    await expect(readIdx(within, [2, 3])).rejects.toHaveProperty('code', 'ENOTDIR');
  });

  it.each([
    ['is cut off', [...header, 1, 2], 'expected bytes 18, received 14'],
    ['is empty', [], 'expected bytes 18, received 0'],
    ['is too long', [...header, ...data, 7], 'expected bytes 18, received 19'],
    [
      'holds another type',
      [0, 0, 9, ...header.slice(3), ...data],
      'expected the magic number 0x00000802, received 0x00000902',
    ],
    [
      'has other dimensions',
      [...header.slice(0, 7), 3, 0, 0, 0, 2, ...data],
      'expected dimensions 2x3, received 3x2',
    ],
  ])('says what is wrong with a file that %s', async (_, bytes, what) => {
    const path = await written(bytes);
    expect(await complaint(path)).toBe(`${path} is damaged: ${what}. Delete it and run \`npm run setup\`.`);
  });
});
