// What the pool promises: threads within the machine's, and a worker that dies is replaced.
import { expect, test } from 'vitest';
import { readModels } from '../../serve/repository.ts';
import { divideThreads, openPool } from '../../serve/sessions/pool.ts';
import { fillRepository, temporaryFolder } from './harness.ts';

test('workers times threads of each never exceeds the threads given', () => {
  for (let threads = 1; threads <= 256; threads++) {
    const { workers, threadsEach } = divideThreads(threads);
    expect(workers * threadsEach).toBeLessThanOrEqual(threads);
    expect(workers * threadsEach).toBeGreaterThan(threads / 2);
    expect(workers).toBeLessThanOrEqual(4);
  }
});

test('a worker that dies: what it held is refused once with 503, and another takes over', async () => {
  const folder = await temporaryFolder();
  const log: string[] = [];
  const pool = openPool({
    threads: 1,
    batch: 8,
    log: (line) => log.push(line),
    entry: new URL('./doomed-worker.mjs', import.meta.url),
  });
  try {
    await fillRepository(folder.path, [{}]);
    await pool.load(await readModels(folder.path, undefined, () => {}));
    const [model] = pool.models();
    if (model === undefined) throw new Error('the test has no model');
    const run = (width: number) => {
      const picture = { data: new Uint8Array(width * 5 * 3), width, height: 5, channels: 3 as const };
      return pool.run(model, { picture }).then(
        () => 'answered',
        (error) => error.status,
      );
    };
    expect(await run(10)).toBe('answered');
    for (const round of [1, 2]) {
      expect(await Promise.all([run(13), run(10), run(10)])).toEqual([503, 503, 503]);
      expect(pool.ready()).toBe(false);
      expect(await run(10)).toBe(503);
      await expect.poll(pool.ready, { timeout: 20_000 }).toBe(true);
      expect(await run(10)).toBe('answered');
      expect(log).toHaveLength(round);
    }
    expect(log[0]).toMatch(/a worker stopped and is started again: exit code 7/);
  } finally {
    await pool.close();
    await folder.remove();
  }
});

test('a worker that cannot even start fails the load', async () => {
  const entry = new URL('data:text/javascript,throw new Error("no such library")');
  const pool = openPool({ threads: 1, batch: 1, log: () => {}, entry });
  const folder = await temporaryFolder();
  try {
    await fillRepository(folder.path, [{}]);
    await expect(pool.load(await readModels(folder.path, undefined, () => {}))).rejects.toThrow();
  } finally {
    await pool.close();
    await folder.remove();
  }
});
