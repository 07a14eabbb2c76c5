// GET /openapi.json: a description of the server for programs. GET /docs: the same for people.
import { z } from 'zod';
import { version } from '../../setup/paths.mjs';
import { describedOperations } from '../openapi/operation.ts';
import type { Route, Services } from './route.ts';

interface Docs {
  readonly document: object;
  readonly page: string;
  readonly style: string;
}

const partOfDocs = { none: 'it is a part of /docs' };

/** All of it is loaded and made for the first request: few come, and a server should start fast. */
export function docsRoutes({ routes }: Pick<Services, 'routes'>): Route[] {
  let docs: Promise<Docs> | undefined;
  const get = () => {
    docs ??= makeDocs(routes());
    return docs;
  };
  return [
    {
      method: 'get',
      paths: ['/openapi.json'],
      access: 'open',
      openapi: {
        tag: 'Operation',
        summary: 'This description',
        answers: {
          200: {
            description: 'OpenAPI 3.1',
            content: { 'application/json': z.record(z.string(), z.unknown()) },
          },
        },
        example: 'curl localhost:3000/openapi.json',
      },
      handle: async (c) => c.json((await get()).document),
    },
    {
      method: 'get',
      paths: ['/docs'],
      access: 'open',
      openapi: { none: 'it is for people' },
      handle: async (c) => c.html((await get()).page),
    },
    {
      method: 'get',
      paths: ['/docs/style.css'],
      access: 'open',
      openapi: partOfDocs,
      handle: async (c) => c.body((await get()).style, 200, { 'Content-Type': 'text/css; charset=utf-8' }),
    },
  ];
}

async function makeDocs(routes: readonly Route[]): Promise<Docs> {
  const [{ openApiDocument }, { docsPage, docsStyle }] = await Promise.all([
    import('../openapi/document.ts'),
    import('../openapi/page.ts'),
  ]);
  const operations = describedOperations(routes);
  const document = openApiDocument(operations, version);
  return { document, page: String(await docsPage(operations, document)), style: docsStyle };
}
