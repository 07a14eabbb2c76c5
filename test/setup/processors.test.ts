// How many processors a container may use, out of files as the kernel and Docker have them, and in a control group of the
// kernel's own.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { allowed, processors, quota } from '../../setup/machine/processors.mjs';
import { root as project } from '../../setup/paths.mjs';
import { listening, program } from '../listening.ts';
import { copyShipped } from '../shipped.ts';

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
  [1, 1],
  [1.01, Math.min(2, availableParallelism())],
  [1.9, Math.min(2, availableParallelism())],
  [none, availableParallelism()],
])('of a quota of %d it uses %d', (limit, expected) => {
  root = mkdtempSync(join(tmpdir(), 'trainyard-groups-'));
  expect(processors(limit)).toBe(expected);
});

test.each([
  ['0-63', 64, 1.5, 2],
  ['0-63', 64, none, 64],
  ['0-1,4,8-9', 64, none, 5],
  ['7', 64, none, 1],
  ['0-127', 8, none, 8],
  ['0-63', 64, 0.1, 1],
])('on the processors %s of %d with a quota of %d it uses %d', (list, there, limit, expected) => {
  root = mkdtempSync(join(tmpdir(), 'trainyard-groups-'));
  mkdirSync(join(root, 'proc/self'), { recursive: true });
  const status = `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}\nMems_allowed_list:\t0-3\n`;
  writeFileSync(join(root, 'proc/self/status'), status);
  expect(processors(limit, allowed(root, there))).toBe(expected);
});

describe("in a control group of the kernel's own", () => {
  /** Makes a group with a quota, version 1 or 2. @returns its folder; undefined where none can be made. */
  function makeGroup(quota: number): string | undefined {
    for (const [parent, file, value] of [
      ['/sys/fs/cgroup/cpu', 'cpu.cfs_quota_us', quota],
      ['/sys/fs/cgroup', 'cpu.max', `${quota} 100000`],
    ] as const) {
      const group = join(parent, `trainyard-test-${process.pid}`);
      try {
        mkdirSync(group);
        if (!existsSync(join(group, file))) throw new Error('no processors are given out here');
        writeFileSync(join(group, file), String(value));
        return group;
      } catch {
        if (existsSync(group)) rmdirSync(group);
      }
    }
    return undefined;
  }

  /** The words of a shell that joins the group, then becomes the program. */
  const within = (group: string, ...words: readonly string[]) =>
    ['-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', group, process.execPath, ...words] as const;

  test('a process sees its quota, and a server starts no more workers than that', async ({ skip }) => {
    root = mkdtempSync(join(tmpdir(), 'trainyard-groups-'));
    const group = makeGroup(100_000);
    if (group === undefined) return skip('this user makes no control groups here');
    const module = join(project, 'setup/machine/processors.mjs');
    const ask = `import('${module}').then((all) => console.log(all.quota(), all.processors()))`;
    copyShipped(root, ['digits']);
    const child = spawn('sh', within(group, program, 'serve', '--port', '0', '--repository', root));
    const ended = once(child, 'exit');
    try {
      expect(execFileSync('sh', within(group, '-e', ask), { encoding: 'utf8' })).toBe('1 1\n');
      const { url } = await listening(child);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toMatch(/^trainyard_workers_wanted 1$/m);
    } finally {
      child.kill();
      await ended;
      rmdirSync(group);
    }
  });
});
