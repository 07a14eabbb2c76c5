// What is promised of the description: it is OpenAPI 3.1, names every address and no other, and is true of the answers.
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  classifyManyResponseSchema,
  classifyResponseSchema,
} from '../../../serve/openapi/classify-schema.ts';
import {
  modelConfigSchema,
  repositoryIndexSchema,
  statisticsSchema,
} from '../../../serve/openinference/schema.ts';
import { serverRoutes } from '../../../serve/routes/index.ts';
import { modelsSchema } from '../../../serve/routes/models.ts';
import type { Route } from '../../../serve/routes/route.ts';
import { colors, openTestApp } from '../harness.ts';
import { plain } from '../pictures.ts';

let server: Awaited<ReturnType<typeof openTestApp>>;
let routes: readonly Route[];

beforeAll(async () => {
  server = await openTestApp({
    models: [colors],
    routes(services) {
      routes = serverRoutes(services);
      return routes;
    },
  });
});
afterAll(() => server.close());

const get = async (path: string) => (await server.app.request(path)).json();

test('it is OpenAPI 3.1', async () => {
  const result = await new Validator().validate(await get('/openapi.json'));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

test('every address of the app is described, or says why it is not; and nothing else is', async () => {
  const { paths } = await get('/openapi.json');
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods ?? {}).map((method) => `${method} ${path}`),
  );
  const undescribed = new Set(routes.flatMap(({ openapi, paths }) => ('none' in openapi ? paths : [])));
  for (const path of undescribed) expect(path).toMatch(/sharedmemory|^\/v2\/repository\/models\/|^\/docs/);
  const expected = server.app.routes
    .filter(({ method, path }) => method !== 'ALL' && !undescribed.has(path))
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`);
  expect(described.sort()).toEqual([...new Set(expected)].sort());
});

test('numbers are numbers, and each schema of an answer has one name, for generated clients', async () => {
  const { paths, components } = await get('/openapi.json');
  const { parameters, responses } = paths['/classify'].post;
  const schemaOf = (name: string) => parameters.find((each: { name: string }) => each.name === name).schema;
  expect(schemaOf('top')).toMatchObject({ type: 'integer', minimum: 1, default: 10 });
  expect(schemaOf('version')).toMatchObject({ type: 'integer', minimum: 1 });
  const refer = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  expect(responses[200].content['application/json'].schema).toEqual({
    anyOf: ['Classification', 'MultiClassification', 'Regression', 'Classifications'].map(refer),
  });
  expect(responses[400].content['application/json'].schema).toEqual(refer('Error'));
  expect(components.schemas.Classification.properties.predictions.items).toEqual(refer('Prediction'));
  expect(JSON.stringify({ paths, components })).not.toContain('$defs');
});

test('operations have names of their own', async () => {
  const { paths } = await get('/openapi.json');
  const ids = Object.values<Record<string, { operationId: string }>>(paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('answers are what their schemas say, with no field beside', async () => {
  const body = new Uint8Array(await plain('red'));
  const images = [Buffer.from(body).toString('base64')];
  const post = async (path: string, sent?: string) =>
    (await server.app.request(path, { method: 'POST', ...(sent && { body: sent }) })).json();
  const answers = [
    [classifyResponseSchema, await (await server.post(body)).json()],
    [classifyManyResponseSchema, await post('/classify', JSON.stringify({ images }))],
    [modelsSchema, await get('/models')],
    [modelConfigSchema, await get('/v2/models/colors/config')],
    [statisticsSchema, await get('/v2/models/stats')],
    [repositoryIndexSchema, await post('/v2/repository/index')],
  ] as const;
  // A schema leaves out what it does not know, however deep.
  for (const [schema, answer] of answers) expect(schema.parse(answer)).toEqual(answer);
});

describe('the page', () => {
  test('shows every operation, and loads nothing from elsewhere', async () => {
    const response = await server.app.request('/docs');
    const html = await response.text();
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    for (const path of Object.keys((await get('/openapi.json')).paths)) expect(html).toContain(path);
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
    expect(loaded.filter((address) => !/^(\.\/|#)/.test(address ?? ''))).toEqual([]);
    expect(html).not.toMatch(/<script(?! type="module" src=)|style=|\son\w+=/);
    expect((await server.app.request('/docs/style.css')).headers.get('content-type')).toMatch(/^text\/css/);
  });
});
