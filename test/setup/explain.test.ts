// What is promised where the disk is full: the message names the place that has no space, and it may be the cache alone.
import { afterEach, expect, test, vi } from 'vitest';
import { explain } from '../../setup/explain.mjs';

afterEach(() => vi.unstubAllEnvs());

test('the cache is on a full disk, and not there yet', () => {
  vi.stubEnv('TRAINYARD_CACHE', '/proc/trainyard/cache'); // a file system without any space
  expect(explain('ENOSPC: no space left on device, write')).toMatch(
    /^The disk is full \(0 MB free at \/proc\/trainyard\/cache\)\./,
  );
});
