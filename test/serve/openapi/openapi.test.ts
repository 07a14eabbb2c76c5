// What is promised of the description: it is OpenAPI 3.1, names every address and no other, and is true of the answers.
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../../serve/openapi/operations.ts';
import { modelsSchema } from '../../../serve/openapi/pictures.ts';
import {
  modelConfigSchema,
  repositoryIndexSchema,
  statisticsSchema,
} from '../../../serve/openinference/schema.ts';
import { answerSchema, answersSchema } from '../../../serve/routes/classify.ts';
import { colors, openTestApp } from '../harness.ts';
import { plain } from '../pictures.ts';

let server: Awaited<ReturnType<typeof openTestApp>>;

beforeAll(async () => {
  server = await openTestApp({ models: [colors] });
});
afterAll(() => server.close());

const get = async (path: string) => (await server.app.request(path)).json();

test('it is OpenAPI 3.1', async () => {
  const result = await new Validator().validate(await get('/openapi.json'));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

/** Answered so that clients of Triton find what they know, or part of /docs itself: not worth a description. */
const undescribed = /sharedmemory|\/v2\/repository\/models\/|^\/docs/;

test('every address of the app is described, and nothing else is', async () => {
  const { paths } = await get('/openapi.json');
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods ?? {}).map((method) => `${method} ${path}`),
  );
  const there = server.app.routes
    .filter(({ method, path }) => method !== 'ALL' && !undescribed.test(path))
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`);
  expect(described.sort()).toEqual([...new Set(there)].sort());
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
  const one = await (await server.post(body)).json();
  answerSchema.strict().parse(one);
  const images = [Buffer.from(body).toString('base64')];
  const many = await server.app.request('/classify', { method: 'POST', body: JSON.stringify({ images }) });
  answersSchema.strict().parse(await many.json());
  modelsSchema.strict().parse(await get('/models'));
  modelConfigSchema.strict().parse(await get('/v2/models/colors/config'));
  statisticsSchema.strict().parse(await get('/v2/models/stats'));
  repositoryIndexSchema.parse(
    await (await server.app.request('/v2/repository/index', { method: 'POST' })).json(),
  );
});

describe('the page', () => {
  test('shows every operation, and loads nothing from elsewhere', async () => {
    const response = await server.app.request('/docs');
    const html = await response.text();
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    for (const { paths } of operations) for (const path of paths) expect(html).toContain(path);
    const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
    expect(loaded.filter((address) => !/^[/#]/.test(address ?? ''))).toEqual([]);
    expect(html).not.toMatch(/<script|style=|\son\w+=/);
    expect((await server.app.request('/docs/style.css')).headers.get('content-type')).toMatch(/^text\/css/);
  });
});
