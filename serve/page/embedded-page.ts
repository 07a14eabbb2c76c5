// The page in a frame of somebody else's page: `/?embed=1`, which is the page without what is around pad and answer.
import type { MiddlewareHandler } from 'hono';
import { type AppEnv, pathInApp } from '../http/context.ts';

/**
 * Lets pages of some origins show `/?embed=1` in a frame, and no other address.
 *
 * @param origins - such as `https://example.org`; `*` stands for every origin.
 */
export function allowFrames(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    if (pathInApp(c) === '/' && c.req.query('embed') === '1') c.set('framedBy', origins);
    return next();
  };
}
