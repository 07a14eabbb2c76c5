// A worker that ends without a word: killed from outside, or never started.
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { openLoader } from '../../../train/loader/index.ts';
import { options, take } from './examples.ts';

const workers = vi.hoisted((): Worker[] => []);

vi.mock('node:worker_threads', async (original) => {
  const threads = await original<typeof import('node:worker_threads')>();
  class Seen extends threads.Worker {
    constructor(...parameters: ConstructorParameters<typeof Worker>) {
      super(...parameters);
      workers.push(this);
    }
  }
  return { ...threads, Worker: Seen };
});

describe('openLoader', () => {
  it('gives what was ready when its worker died, then says that it died', async () => {
    const loader = await openLoader({ ...options, ahead: 3 });
    take(loader, 2);
    await workers.at(-1)?.terminate();
    expect(() => take(loader, 4)).toThrow("The data loader's worker has died: exit code 1");
    await loader.close();
  });

  it('rejects if its worker cannot start', async () => {
    const split = { ...options.split, uncloneable: () => 0 };
    await expect(openLoader({ ...options, split })).rejects.toThrow('could not be cloned');
  });
});
