// The lock of a run: who holds it, whatever process, container or machine that is.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mayLive } from '../../../setup/files/owner.mjs';
import { compiled } from '../../../setup/modules/compiled.mjs';
import { root } from '../../../setup/paths.mjs';
import { crashedUnsaved, isBeingTrained, lockRun, tryLock } from '../../../train/runs/lock.ts';

vi.mock('../../../setup/files/owner.mjs', { spy: true });

let folder: string;
let run: { name: string; folder: string; last: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-lock-'));
  run = { name: '0001-digits', folder, last: join(folder, 'last.safetensors') };
});
afterEach(() => rmSync(folder, { recursive: true }));

const lock = () => join(folder, 'lock');
const own = () => {
  const unlock = lockRun(run);
  const owner = JSON.parse(readFileSync(lock(), 'utf8'));
  unlock();
  return owner;
};
const writeLock = (owner: object | string, age = 0) => {
  writeFileSync(lock(), typeof owner === 'string' ? owner : JSON.stringify(owner));
  const then = Date.now() / 1000 - age;
  utimesSync(lock(), then, then);
};

describe('lockRun', () => {
  it('says who holds a run, and lets the next have it afterwards', () => {
    const unlock = lockRun(run);
    expect(() => lockRun(run)).toThrow(
      `Run 0001-digits is being trained by process ${process.pid}. Wait for it`,
    );
    unlock();
    lockRun(run)();
    expect(readdirSync(folder)).toEqual([]);
    // A lock that somebody has removed is no reason to fail at the end.
    const again = lockRun(run);
    rmSync(lock());
    again();
    expect(() => lockRun({ ...run, folder: join(folder, 'none') })).toThrow(/ENOENT/);
  });

  it('holds a run for one of many processes that want it at once', async () => {
    const script = `import { tryLock } from ${JSON.stringify(await compiled('train/runs/lock.ts'))};
      console.log('ready');
      process.stdin.once('data', () => {
        const unlock = tryLock(${JSON.stringify(run)});
        console.log(unlock ? 'mine' : 'taken');
        process.stdin.once('data', () => process.exit());
      });`;
    // Left by a process that has ended, so that all of them take it over.
    writeLock({ ...own(), start: '1' });
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: root }),
    );
    const outputs = children.map(({ stdout }) => text(stdout));
    const line = (count: number) =>
      Promise.all(
        children.map(
          ({ stdout }) =>
            new Promise<void>((resolve) => {
              let lines = 0;
              stdout.on('data', (data: Buffer) => {
                lines += data.toString().split('\n').length - 1;
                if (lines >= count) resolve();
              });
            }),
        ),
      );
    await line(1);
    const answered = line(1);
    for (const { stdin } of children) stdin.write('go\n');
    await answered;
    for (const { stdin } of children) stdin.end('end\n');
    const answers = (await Promise.all(outputs)).map((output) => output.trim().split('\n').at(-1));
    expect(answers.sort()).toEqual(['mine', 'taken', 'taken', 'taken']);
  });

  it('leaves a lock alone that another process takes while the old one is looked at', () => {
    const owner = own();
    const dead = { ...owner, start: '1' };
    writeLock(dead);
    vi.mocked(mayLive).mockImplementationOnce(() => {
      writeLock(owner);
      return false;
    });
    expect(tryLock(run)).toBeUndefined();
    expect(JSON.parse(readFileSync(lock(), 'utf8'))).toEqual(owner);
    expect(readdirSync(folder)).toEqual(['lock']);
    // Or removes, to end at once.
    writeLock(dead);
    vi.mocked(mayLive).mockImplementationOnce(() => {
      rmSync(lock());
      return false;
    });
    lockRun(run)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not take another process for the one that had its id before', () => {
    const owner = own();
    writeLock({ ...owner, start: String(Number(owner.start) - 1) });
    expect(isBeingTrained(run)).toBe(false);
    writeLock(owner);
    expect(isBeingTrained(run)).toBe(true);
  });

  it.each([
    ['another container', { space: 'pid:[4026539999]' }],
    ['another machine', { boot: 'b0b0b0b0-0000-4000-8000-000000000000', host: 'elsewhere' }],
  ])('believes the heartbeat of %s, not a process of the same id here', (_, other) => {
    const owner = { ...own(), ...other };
    writeLock(owner, 20);
    expect(() => lockRun(run)).toThrow(
      new RegExp(
        `process ${process.pid} on ${'host' in other ? other.host : hostname()}.*sign of life 2\\d s ago\\. .*; 60 s after its last sign`,
      ),
    );
    writeLock(owner, 61);
    lockRun(run)();
  });

  it('shows that it lives while the thread that trains is blocked', () => {
    const unlock = lockRun(run);
    utimesSync(lock(), 1, 1);
    const age = () => Date.now() - Number(spawnSync('stat', ['-c', '%Y', lock()]).stdout) * 1000;
    // Blocks this thread, as a step does, until it has been touched.
    for (let tries = 0; tries < 60 && age() > 60_000; tries++) spawnSync('sleep', ['0.5']);
    expect(age()).toBeLessThan(60_000);
    unlock();
  });

  it('reads a lock of an earlier version: the id alone, of a process older than the lock', () => {
    writeLock(String(process.ppid));
    expect(isBeingTrained(run)).toBe(true);
    // Since that was written, the machine was started again or the id given to another.
    utimesSync(lock(), 1, 1);
    expect(isBeingTrained(run)).toBe(false);
    writeLock('999999999');
    expect(isBeingTrained(run)).toBe(false);
  });

  it('takes over a lock that is damaged, once nobody can be writing it', () => {
    writeLock('');
    expect(tryLock(run)).toBeUndefined();
    writeLock('{"pid":12');
    expect(tryLock(run)).toBeUndefined();
    writeLock('{"pid":12', 61);
    lockRun(run)();
  });
});

describe('a run whose process died', () => {
  it.each([
    ['damaged', '{"pid":'],
    ['of an earlier version', '999999999'],
  ])('is known for it by the time of a lock that is %s', (_, text) => {
    writeLock(text, 100);
    expect(crashedUnsaved(run)).toBe(true);
    const saved = (age: number) => {
      writeFileSync(run.last, '');
      utimesSync(run.last, Date.now() / 1000 - age, Date.now() / 1000 - age);
      return crashedUnsaved(run);
    };
    expect(saved(110)).toBe(true);
    expect(saved(90)).toBe(false);
  });

  it('is known for it until it has saved something, and what it was writing is removed', () => {
    expect(crashedUnsaved(run)).toBe(false);
    const dead = { ...own(), start: '1' };
    expect(crashedUnsaved(run)).toBe(false);
    writeLock(dead);
    writeFileSync(`${run.last}.999999999.tmp`, 'half');
    expect(crashedUnsaved(run)).toBe(true);
    // Touched until the end, the lock is newer than what was saved all the same.
    writeFileSync(run.last, '');
    writeLock({ ...dead, taken: Date.now() - 60_000 });
    expect(crashedUnsaved(run)).toBe(false);
    lockRun(run)();
    expect(readdirSync(folder)).toEqual(['last.safetensors']);
  });
});
