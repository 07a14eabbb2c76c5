// Who holds a lock, on a system without /proc.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { startByPs } from '../../setup/files/owner.mjs';

test('ps tells a living process by its start, as /proc does, and one that has ended by nothing', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30_000)']);
  const pid = child.pid ?? 0;
  const start = startByPs(pid);
  // Reference: proc(5), field 22 in hundredths of a second after btime.
  const ticks = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19]);
  const booted = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
  const difference = Date.parse(`${start} UTC`) / 1000 - (booted + ticks / 100);
  const zone = new Date().getTimezoneOffset() * 60;
  expect(Math.abs(difference - -zone)).toBeLessThanOrEqual(2);
  expect(startByPs(pid)).toBe(start);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(startByPs(pid)).toBe('');
});

test('one that has ended and that nobody has asked about is gone', async () => {
  // Its parent is another program by then, which does not wait for it.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 30']);
  const [line] = await once(parent.stdout, 'data');
  const pid = Number(String(line));
  expect(startByPs(pid)).toMatch(/\d\d:\d\d:\d\d/);
  await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '), {
    timeout: 20_000,
  });
  expect(startByPs(pid)).toBe('');
  parent.kill('SIGKILL');
});
