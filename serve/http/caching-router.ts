// A router with a cache: the handlers of a path without parameters are looked up once. The lookup costs each request as
// much as reading its body.
import type { Result, Router } from 'hono/router';
import { TrieRouter } from 'hono/router/trie-router';

/** Takes all kinds of paths; handlers run in the order in which they are added. */
export function createCachingRouter<T>(): Router<T> {
  const router = new TrieRouter<T>();
  /** By path, then by method, of which node:http knows about thirty. */
  const cache = new Map<string, Map<string, Result<T>>>();
  return {
    name: 'CachingRouter',
    add(method, path, handler) {
      router.add(method, path, handler);
      if (!/[*:]/.test(path)) cache.set(path, new Map());
      for (const byMethod of cache.values()) byMethod.clear();
    },
    match(method, path) {
      const byMethod = cache.get(path);
      const cached = byMethod?.get(method);
      if (cached !== undefined) return cached;
      const result = router.match(method, path);
      byMethod?.set(method, result);
      return result;
    },
  };
}
