// What the router promises: what it caches for a path is what a lookup would find.
import type { Router } from 'hono/router';
import { TrieRouter } from 'hono/router/trie-router';
import { expect, test } from 'vitest';
import { createCachingRouter } from '../../../serve/http/caching-router.ts';

const routes = [
  ['ALL', '*', 'around'],
  ['POST', '/classify', 'classify'],
  ['GET', '/models/stats', 'all'],
  ['GET', '/models/:model', 'one'],
] as const;

function addAll(router: Router<string>): void {
  for (const [method, path, handler] of routes) router.add(method, path, handler);
}

const asked = ['GET', 'POST'].flatMap((method) =>
  ['/classify', '/models/stats', '/models/digits', '/models/cifar', '/models/:model', '/nothing'].map(
    (path) => [method, path] as const,
  ),
);

test('every address has the handlers and parameters that a router without a cache finds, each time', () => {
  const [ours, plain] = [createCachingRouter<string>(), new TrieRouter<string>()];
  for (const router of [ours, plain]) addAll(router);
  for (const [method, path] of [...asked, ...asked])
    expect(ours.match(method, path), `${method} ${path}`).toEqual(plain.match(method, path));
});

test('a handler that is added later is found', () => {
  const router = createCachingRouter<string>();
  router.add('POST', '/classify', 'classify');
  expect(router.match('POST', '/classify')[0]).toHaveLength(1);
  router.add('ALL', '*', 'after');
  expect(router.match('POST', '/classify')[0].map(([handler]) => handler)).toEqual(['classify', 'after']);
});

test('a path without parameters is looked up once', () => {
  const router = createCachingRouter<string>();
  addAll(router);
  expect(router.match('POST', '/classify')).toBe(router.match('POST', '/classify'));
});
