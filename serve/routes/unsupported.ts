// Extensions of Triton's that this server does not have, but that its clients ask for: shared memory.
import { Refusal } from '../refusal.ts';
import type { Route } from './route.ts';

const openapi = { none: 'it is only there so that clients of Triton get a response that they understand' };

export function unsupportedRoutes(): Route[] {
  const kinds = ['systemsharedmemory', 'cudasharedmemory'];
  return [
    {
      method: 'get',
      paths: kinds.map((kind) => `/v2/${kind}/status`),
      openapi,
      handle: (c) => c.json([]), // nothing is shared, which clients make sure of before they start
    },
    {
      method: 'post',
      paths: kinds.map((kind) => `/v2/${kind}/unregister`),
      openapi,
      handle: (c) => c.json({}),
    },
    {
      method: 'post',
      paths: kinds.map((kind) => `/v2/${kind}/region/:region/:verb{register|unregister}`),
      openapi,
      handle() {
        throw new Refusal(400, 'shared memory is not supported; send the data with the request');
      },
    },
  ];
}
