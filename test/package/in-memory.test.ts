// Where a temporary folder is in memory, and that none stays there.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeInMemory, removeAbandoned } from './in-memory.ts';

test.each([
  ['of a machine', 'tmpfs /dev/shm tmpfs rw,nosuid,nodev,inode64 0 0', 16e9, '/dev/shm'],
  ['with little free memory', 'tmpfs /dev/shm tmpfs rw,nosuid,nodev,inode64 0 0', 3e9, undefined],
  // As Docker mounts it.
  ['of a container', 'shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k 0 0', 16e9, undefined],
  ['that is none', '/dev/vdb /dev/shm ext4 rw,relatime 0 0', 16e9, undefined],
])('a folder in memory %s', (_, line, free, expected) => {
  const disk = '/dev/vda / ext4 rw,relatime,discard 0 0';
  expect(placeInMemory(`${disk}\n${line}\nproc /proc proc rw 0 0\n`, free)).toBe(expected);
});

test('what killed tests have left is removed, and nothing else', ({ skip }) => {
  skip(process.platform !== 'linux', 'only on Linux are the folders in memory');
  const place = mkdtempSync(join(tmpdir(), 'trainyard-abandoned-'));
  try {
    // No process has the first number: proc_sys_kernel(5), pid_max.
    const names = [2 ** 22 + 1, process.ppid, 'of-others'].map((end) => `trainyard-tests-${end}`);
    for (const name of names) {
      mkdirSync(join(place, name, 'runs'), { recursive: true });
      writeFileSync(join(place, name, 'runs', 'file'), '');
    }
    removeAbandoned(place, 'trainyard-tests');
    expect(names.map((name) => existsSync(join(place, name)))).toEqual([false, true, true]);
  } finally {
    rmSync(place, { recursive: true });
  }
});
