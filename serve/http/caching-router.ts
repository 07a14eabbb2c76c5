// Finds the handlers of an address. What was found for an address that has no parameters is kept: looking for it costs
// each request as much as reading its body.
import type { Result, Router } from 'hono/router';
import { TrieRouter } from 'hono/router/trie-router';

/** Takes all kinds of addresses, in the order in which they are added. */
export function createRouter<T>(): Router<T> {
  const router = new TrieRouter<T>();
  /** By address, then by method, of which node:http knows some thirty. */
  const known = new Map<string, Map<string, Result<T>>>();
  return {
    name: 'KeepingRouter',
    add(method, path, handler) {
      router.add(method, path, handler);
      if (!/[*:]/.test(path)) known.set(path, new Map());
      for (const found of known.values()) found.clear();
    },
    match(method, path) {
      const found = known.get(path);
      const kept = found?.get(method);
      if (kept !== undefined) return kept;
      const result = router.match(method, path);
      found?.set(method, result);
      return result;
    },
  };
}
