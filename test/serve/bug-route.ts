// The server's routes, and one with a bug whose message repeats what was sent.
import { serverRoutes } from '../../serve/routes/index.ts';
import type { Route, Services } from '../../serve/routes/route.ts';

export const routesWithBug = (services: Services): Route[] => [
  ...serverRoutes(services),
  {
    method: 'get',
    paths: ['/bug'],
    openapi: { none: 'for a test' },
    handle(c) {
      throw new Error(c.req.query('say'));
    },
  },
];
