// A cache of a test's own, for what it prepares; TensorFlow stays that of the cache that all tests share.
import { vi } from 'vitest';
import { tf } from '../train/graph/tensorflow.ts';

/** Until the test file ends, what is cached goes to `folder`. */
export function useCache(folder: string): void {
  // Loaded before: it is in the cache as well.
  void tf.version;
  vi.stubEnv('TRAINYARD_CACHE', folder);
}
