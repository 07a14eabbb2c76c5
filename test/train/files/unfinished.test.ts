// Work that is interrupted: the next process goes on with what the last one had made, and two at once keep apart.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { mayLive, ownerOf } from '../../../setup/files/owner.mjs';
import { withUnfinished } from '../../../train/files/unfinished.ts';

vi.mock('../../../setup/files/owner.mjs', { spy: true });

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'trainyard-unfinished-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

const leave = (name: string, text: string) =>
  withUnfinished(parent, name, async (folder) => {
    writeFileSync(join(folder, 'made'), text);
    throw new Error('interrupted');
  }).catch(() => {});

it('goes on with what is left of the same work, and leaves nothing when it is done', async () => {
  await leave('cats', 'half');
  await leave('dogs', 'other');
  await withUnfinished(parent, 'cats', async (folder) => {
    expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('half');
  });
  await withUnfinished(parent, 'cats', async (folder) =>
    expect(existsSync(join(folder, 'made'))).toBe(false),
  );
  await withUnfinished(parent, 'dogs', async () => {});
  expect(readdirSync(parent)).toEqual([]);
});

it('ends as the work ends, and asks for it once', async () => {
  const folders: string[] = [];
  await withUnfinished(parent, 'cats', async (folder) => void folders.push(folder));
  expect(folders).toHaveLength(1);
  const fails = withUnfinished(parent, 'cats', async (folder) => {
    // Not even its owner is there any more.
    rmSync(folder, { recursive: true });
    throw new Error('interrupted');
  });
  await expect(fails).rejects.toThrow('interrupted');
  expect(readdirSync(parent)).toEqual([]);
});

it('takes one of several that are left, and removes the others', async () => {
  const fails = withUnfinished(parent, 'cats', async (outer) => {
    writeFileSync(join(outer, 'made'), 'outer');
    await leave('cats', 'inner');
    throw new Error('interrupted');
  });
  await expect(fails).rejects.toThrow('interrupted');
  expect(readdirSync(parent)).toHaveLength(2);
  let made: string[] = [];
  await withUnfinished(parent, 'cats', async (folder) => {
    expect(readdirSync(parent)).toHaveLength(1);
    made = readdirSync(folder).sort();
  });
  expect(made).toEqual(['made', 'owner.json']);
  expect(readdirSync(parent)).toEqual([]);
});

it('does not touch what another process is at, and takes it over when that has ended', async () => {
  await withUnfinished(parent, 'cats', async (mine) => {
    writeFileSync(join(mine, 'made'), 'mine');
    await withUnfinished(parent, 'cats', async (other) => {
      expect(other).not.toBe(mine);
      expect(readdirSync(other)).toEqual(['owner.json']);
    });
    expect(readFileSync(join(mine, 'made'), 'utf8')).toBe('mine');
    // As if this process had been another one, which was killed.
    writeFileSync(join(mine, 'owner.json'), JSON.stringify({ ...ownerOf(process.pid), start: '1' }));
    await withUnfinished(parent, 'cats', async (other) =>
      expect(readFileSync(join(other, 'made'), 'utf8')).toBe('mine'),
    );
  });
});

it('makes a folder of its own where another process takes what is left just before', async () => {
  await leave('cats', 'half');
  // With an owner that has ended, else nobody is asked.
  const [left = ''] = readdirSync(parent);
  writeFileSync(join(parent, left, 'owner.json'), JSON.stringify({ ...ownerOf(process.pid), start: '1' }));
  vi.mocked(mayLive).mockImplementationOnce(() => {
    renameSync(join(parent, left), join(parent, 'taken'));
    return false;
  });
  await withUnfinished(parent, 'cats', async (folder) => expect(readdirSync(folder)).toEqual(['owner.json']));
  expect(readdirSync(parent)).toEqual(['taken']);
});

it('leaves nothing of a folder of its own that it cannot make', async () => {
  vi.mocked(ownerOf).mockImplementationOnce(() => {
    throw new Error('the disk is full');
  });
  await expect(withUnfinished(parent, 'cats', async () => {})).rejects.toThrow('the disk is full');
  expect(readdirSync(parent)).toEqual([]);
});
