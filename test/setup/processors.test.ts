// How many processors a container may use, out of files as the kernel and Docker have them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { processors, quota } from '../../setup/machine/processors.mjs';

let root: string;
afterEach(() => rmSync(root, { recursive: true }));

const none = Number.POSITIVE_INFINITY;

test.each<[string, Record<string, string>, number]>([
  ['no control groups', {}, none],
  [
    'Docker, version 2: its own root',
    { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '150000 100000\n' },
    1.5,
  ],
  [
    'version 2 without a quota',
    { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': 'max 100000\n' },
    none,
  ],
  [
    'a systemd unit in a slice: the smaller one counts',
    {
      'proc/self/cgroup': '0::/system.slice/trainyard.service\n',
      'sys/fs/cgroup/system.slice/trainyard.service/cpu.max': '400000 100000\n',
      'sys/fs/cgroup/system.slice/cpu.max': '200000 100000\n',
    },
    2,
  ],
  [
    'Kubernetes, version 1, where /proc names the group as the machine sees it',
    {
      'proc/self/cgroup': '4:memory:/kubepods/pod1\n3:cpu,cpuacct:/kubepods/pod1/c2\n0::/\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '250000\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    },
    2.5,
  ],
  [
    'version 1 without a quota',
    {
      'proc/self/cgroup': '1:cpu:/\n',
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    none,
  ],
  ['files of something else', { 'proc/self/cgroup': 'x\n\n', 'sys/fs/cgroup/cpu.max': '0 0\n' }, none],
])('%s', (_name, files, expected) => {
  root = mkdtempSync(join(tmpdir(), 'trainyard-groups-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  expect(quota(root)).toBe(expected);
});

test('this process may use at least one processor, and no more than Node sees', () => {
  root = mkdtempSync(join(tmpdir(), 'trainyard-groups-'));
  expect(processors()).toBeGreaterThanOrEqual(1);
  expect(processors()).toBeLessThanOrEqual(availableParallelism());
});

test.each([
  [0.5, 1],
  [1.9, 1],
  [none, availableParallelism()],
])('of a quota of %d it uses %d', (limit, expected) => {
  root = mkdtempSync(join(tmpdir(), 'trainyard-groups-'));
  expect(processors(limit)).toBe(expected);
});
