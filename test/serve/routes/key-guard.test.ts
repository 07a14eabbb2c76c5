// What is promised where keys are asked for: a route needs one unless it is declared open, wherever the app is mounted
// and however its address is written.
import { request } from 'node:http';
import fc from 'fast-check';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen } from '../../../serve/http/listen.ts';
import { serverRoutes } from '../../../serve/routes/index.ts';
import type { Route } from '../../../serve/routes/route.ts';
import { colors, openTestApp, refusal, temporaryFolder } from '../harness.ts';
import { plain } from '../pictures.ts';

const key = 'rZ0mYvIMdcEVHZMMOSVYr3ThB46Ht6Cm';
const withKey = { 'x-api-key': key };
const keys = (shown: string) => (shown === key ? 'laboratory' : undefined);

/** A route that says nothing of keys. */
const added: Route = {
  method: 'get',
  paths: ['/added'],
  openapi: { none: 'it is for this test' },
  handle: (c) => c.text('added'),
};

let server: Awaited<ReturnType<typeof openTestApp>>;
/** The server's routes and the one above; instead of answering, they note that they were called. */
let spied: Awaited<ReturnType<typeof openTestApp>>;
let routes: readonly Route[] = [];
const called: Route[] = [];

const page = await temporaryFolder();

beforeAll(async () => {
  server = await openTestApp({
    models: [colors],
    keys,
    routes: (services) => [...serverRoutes(services), added],
  });
  spied = await openTestApp({
    models: [colors],
    keys,
    page: page.path,
    routes(services) {
      routes = [...serverRoutes(services), added].map((route) => {
        const spy: Route = {
          ...route,
          handle(c) {
            called.push(spy);
            return c.text('answered');
          },
        };
        return spy;
      });
      return routes;
    },
  });
});
afterAll(async () => {
  await server.close();
  await spied.close();
  await page.remove();
});

/** An address that a route's path matches. */
function addressOf(path: string): string {
  return path
    .replace(/:model/, 'colors')
    .replace(/:version\{[^}]*\}/, '1')
    .replace(/:verb\{(\w+)[^}]*\}/, '$1')
    .replace(/:region/, 'x');
}

const openPaths = [
  '/healthz',
  '/readyz',
  '/v2/health/live',
  '/v2/health/ready',
  '/openapi.json',
  '/docs',
  '/docs/style.css',
  '/docs/try.js',
];

test('probes and descriptions are open, and nothing else is', async () => {
  const open: string[] = [];
  for (const route of routes) {
    for (const path of route.paths) {
      called.length = 0;
      const { status } = await spied.app.request(addressOf(path), { method: route.method.toUpperCase() });
      expect([status, called], path).toEqual(route.access === 'open' ? [200, [route]] : [401, []]);
      if (status === 200) open.push(path);
      const again = await spied.app.request(addressOf(path), {
        method: route.method.toUpperCase(),
        headers: withKey,
      });
      expect(again.status, path).toBe(200);
    }
  }
  expect(open.sort()).toEqual([...openPaths].sort());
});

test('a route that says nothing of keys needs one', async () => {
  expect((await server.app.request('/added')).status).toBe(401);
  expect(await (await server.app.request('/added', { headers: withKey })).text()).toBe('added');
});

describe('an app that is mounted under a prefix', () => {
  const mount = (path: string) => new Hono().route(path, server.app);
  const ask = async (app: Hono, path: string, headers = {}) => {
    const body = new Uint8Array(await plain('red'));
    return (await app.request(path, { method: 'POST', body, headers })).status;
  };

  test.each(['/ai', '/ai/', '/', '/a/b', '/:tenant'])('%s asks for keys all the same', async (prefix) => {
    const app = mount(prefix);
    const base = prefix.replace(/\/$/, '').replace(':tenant', 'me');
    expect(await ask(app, `${base}/classify`)).toBe(401);
    expect(await ask(app, `${base}/classify`, withKey)).toBe(200);
    expect((await app.request(`${base}/models/colors`)).status).toBe(401); // nothing is there
    expect((await app.request(`${base}/models/`)).status).toBe(401); // nor there
    expect((await app.request(`${base}/models/colors`, { headers: withKey })).status).toBe(404);
    expect((await app.request(`${base}/healthz`)).status).toBe(200);
    const unknown = await app.request(`${base}/v2/models/cats`, { headers: withKey });
    expect(await refusal(unknown)).toMatchObject({
      status: 404,
      error: expect.stringContaining('no model "cats"'),
    });
  });
});

describe('what no route answers', () => {
  test.each([
    ['GET', '/classify', 401, 405],
    ['DELETE', '/models', 401, 405],
    ['POST', '/models/colors/versions/1/model.onnx', 401, 405],
    ['GET', '/models/colors/nothing', 401, 404],
    ['GET', '/classify/', 401, 404],
    ['GET', '/v2/nothing', 401, 404],
    ['OPTIONS', '/classify', 401, 405],
    ['GET', '/nothing', 404, 404],
    ['GET', '/', 404, 404],
    ['POST', '/healthz', 405, 405],
    ['GET', '/healthz/', 404, 404],
    ['POST', '/v2/health/live', 405, 405],
    ['GET', '/v2/health/live/', 404, 404],
    ['GET', '/docs/nothing', 404, 404],
  ])('%s %s is %i without a key and %i with one', async (method, path, without, having) => {
    expect((await server.app.request(path, { method })).status).toBe(without);
    expect((await server.app.request(path, { method, headers: withKey })).status).toBe(having);
  });
});

/** Ways to write a path differently. A number chooses the place. */
const spellings: readonly ((path: string, at: number) => string)[] = [
  (path, at) => insertAt(path, at, '/'),
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => `/.${path}`,
  (path) => `/%2e${path}`,
  (path) => `/x/..${path}`,
  (path) => `/x/%2e%2E${path}`,
  (path) => `/healthz/..${path}`,
  (path) => `/healthz/..%2f${path.slice(1)}`,
  (path, at) => encodeAt(path, at, (code) => `%${code}`),
  (path, at) => encodeAt(path, at, (code) => `%${code.toUpperCase()}`),
  (path, at) => encodeAt(path, at, (code) => `%25${code}`),
  (path) => path.replace(/(?!^)\//, '%2f'),
  (path) => path.replace(/(?!^)\//, '%5c'),
  (path) => path.toUpperCase(),
  (path, at) => path.slice(0, at % path.length) + path.slice(at % path.length).toUpperCase(),
  (path) => `${path}%00`,
  (path) => `${path};a=b`,
  (path) => `${path}%3f`,
  (path) => `${path}?key=${key}`,
  (path) => `${path}#/healthz`,
  (path) => `${path}%20`,
];

const insertAt = (path: string, at: number, text: string) =>
  path.slice(0, at % path.length) + text + path.slice(at % path.length);

const encodeAt = (path: string, at: number, encode: (code: string) => string) => {
  const place = 1 + (at % (path.length - 1)); // not the first slash, without which it is no address
  return path.slice(0, place) + encode(path.charCodeAt(place).toString(16)) + path.slice(place + 1);
};

const spelledPath = fc
  .tuple(fc.nat(1000), fc.array(fc.tuple(fc.constantFrom(...spellings), fc.nat(100)), { maxLength: 4 }))
  .map(([n, changes]) => {
    const guarded = routes.filter(({ access }) => access !== 'open');
    const paths = guarded.flatMap(({ paths }) => paths);
    const path = addressOf(paths[n % paths.length] ?? '');
    return changes.reduce((spelled, [change, at]) => change(spelled, at), path);
  });

const methods = fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'PUT');

test('no spelling of an address leads around the key', async () => {
  const mounted = new Hono().route('/ai', spied.app);
  called.length = 0;
  await fc.assert(
    fc.asyncProperty(spelledPath, methods, async (path, method) => {
      for (const response of [
        await spied.app.request(`http://localhost${path}`, { method }),
        await mounted.request(`http://localhost/ai${path}`, { method }),
      ])
        expect([200, 401, 404, 405], path).toContain(response.status);
      for (const route of called.splice(0)) expect(route.access, `${method} ${path}`).toBe('open');
    }),
    { numRuns: 500 },
  );
});

test('nor does one over a socket, where nothing tidies the address up before it is sent', async () => {
  const listening = await listen(spied.app, '127.0.0.1', 0);
  const { port } = new URL(listening.url);
  const ask = (path: string, method: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject).end();
    });
  try {
    called.length = 0;
    await fc.assert(
      fc.asyncProperty(spelledPath, fc.constantFrom('GET', 'POST'), async (path, method) => {
        await ask(path, method);
        for (const route of called.splice(0)) expect(route.access, `${method} ${path}`).toBe('open');
      }),
      { numRuns: 150 },
    );
    expect(await ask('//models', 'GET')).not.toBe(200);
    expect(await ask('http://elsewhere/models', 'GET')).toBe(401);
  } finally {
    await listening.close();
  }
});
