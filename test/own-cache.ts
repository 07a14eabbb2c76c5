// A cache of a test's own, for what it prepares; TensorFlow stays that of the cache that all tests share.
import { tf } from '../train/graph/tensorflow.ts';

/** From now on, what is cached goes to `folder`. */
export function useCache(folder: string): void {
  // Loaded before: it is in the cache as well.
  void tf.version;
  process.env.TRAINYARD_CACHE = folder;
}
