// Asks for API keys: every route needs one unless it is declared open. The key is checked where a route's handler is
// called, so no spelling of an address and no prefix under which the app is mounted leads around it.
import type { MiddlewareHandler } from 'hono';
import { type KeyRing, shownKey } from '../http/api-keys.ts';
import { type AppContext, type AppEnv, pathInApp, requestHeader } from '../http/context.ts';
import type { Quotas } from '../http/quotas.ts';
import type { Route } from './route.ts';

/** Whose keys open which routes. */
export interface KeyRings {
  /** Of every route that is not open; undefined where everybody may ask. */
  readonly keys: KeyRing | undefined;
  /** Of routes by which models are sent; undefined where nobody may, which the routes say themselves. */
  readonly modelKeys: KeyRing | undefined;
  /** What the owners of `keys` may use; undefined where nothing is counted. */
  readonly quotas?: Quotas | undefined;
}

/** The handler of a route, behind a check of the key, and of its owner's quota, where the route needs one. */
export function guardRoute(
  { access, handle }: Route,
  { keys, modelKeys, quotas }: KeyRings,
): Route['handle'] {
  const ring = access === 'models' ? (modelKeys ?? keys) : keys;
  if (ring === undefined || access === 'open') return handle;
  const counted = ring === keys ? quotas : undefined;
  return (c) => (hasKey(c, ring, counted) ? handle(c) : askForKey(c));
}

/**
 * A middleware for requests that no route answers. Below the first segment of a route that needs a key, such as /models,
 * everything needs a key: what is not there, another method, and files of the page.
 */
export function guardOthers(
  routes: readonly Route[],
  keys: KeyRing,
  quotas?: Quotas,
): MiddlewareHandler<AppEnv> {
  const open = new Set(routes.filter(isOpen).flatMap(({ paths }) => paths));
  const guarded = new Set(
    routes.filter((route) => !isOpen(route)).flatMap(({ paths }) => paths.map(firstSegment)),
  );
  return async (c, next) => {
    const path = pathInApp(c);
    const isGuarded = guarded.has(firstSegment(path)) && !open.has(path.replace(/\/$/, ''));
    if (isGuarded && !hasKey(c, keys, quotas)) return askForKey(c);
    return next();
  };
}

const isOpen = ({ access }: Route) => access === 'open';

function firstSegment(path: string): string {
  return path.split('/', 2)[1] ?? '';
}

function sentKey(c: AppContext): string | undefined {
  return shownKey(requestHeader(c, 'authorization'), requestHeader(c, 'x-api-key'));
}

/** @throws Refusal 429 where the owner of the key has no request left. */
function hasKey(c: AppContext, keys: KeyRing, quotas: Quotas | undefined): boolean {
  const key = sentKey(c);
  const owner = key === undefined ? undefined : ownerOf(keys(key));
  c.set('keyOwner', owner);
  if (owner === undefined) return false;
  const allowance = quotas?.(owner);
  c.set('allowance', allowance);
  allowance?.takeRequest();
  return true;
}

/**
 * The owner that a ring names. An app's own ring may be JavaScript: null or false, as of a look-up that found nothing, lets
 * nobody in.
 *
 * @throws TypeError for a promise and the like, which would be an owner for every key.
 */
export function ownerOf(owner: unknown): string | undefined {
  if (typeof owner === 'string') return owner;
  if (!owner) return undefined;
  throw new TypeError(
    `keys: received ${Object.prototype.toString.call(owner)} for a key, expected the name of its owner, or undefined, at once`,
  );
}

function askForKey(c: AppContext): Response {
  return c.json({ error: keyError(sentKey(c)) }, 401, { 'WWW-Authenticate': 'Bearer' });
}

/** What is said to whoever sent no key, or one that is not known. */
export function keyError(sent: string | undefined): string {
  return sent === undefined
    ? 'this needs a key: send it as "Authorization: Bearer <key>" or "X-API-Key: <key>"'
    : 'received a key that is not known here, expected one of this server: it may be mistyped, or withdrawn';
}
