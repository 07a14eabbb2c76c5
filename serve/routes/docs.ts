// GET /openapi.json: a description of the server for programs. GET /docs: the same for people.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { version } from '../../setup/paths.mjs';
import { clientOrigin, clientPrefix } from '../http/context.ts';
import type { openApiDocument } from '../openapi/document.ts';
import { describedOperations } from '../openapi/operation.ts';
import type { Route, Services } from './route.ts';

interface Docs {
  readonly document: ReturnType<typeof openApiDocument>;
  /** Writes the page for a server at this address. */
  readonly page: (server: string) => Promise<string>;
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
      handle: async (c) => {
        const { document } = await get();
        const prefix = clientPrefix(c);
        return c.json(prefix === '' ? document : { ...document, servers: [{ url: prefix }] });
      },
    },
    {
      method: 'get',
      paths: ['/docs'],
      access: 'open',
      openapi: { none: 'it is for people' },
      handle: async (c) => c.html(await (await get()).page(clientOrigin(c) + clientPrefix(c))),
    },
    {
      method: 'get',
      paths: ['/docs/style.css'],
      access: 'open',
      openapi: partOfDocs,
      handle: async (c) =>
        c.body(await readBeside('docs.css'), 200, { 'Content-Type': 'text/css; charset=utf-8' }),
    },
    {
      method: 'get',
      paths: ['/docs/try.js'],
      access: 'open',
      openapi: partOfDocs,
      handle: async (c) =>
        c.body(await readBeside('docs.js'), 200, { 'Content-Type': 'text/javascript; charset=utf-8' }),
    },
  ];
}

function readBeside(name: string): Promise<string> {
  return readFile(new URL(`../openapi/${name}`, import.meta.url), 'utf8');
}

async function makeDocs(routes: readonly Route[]): Promise<Docs> {
  const [{ openApiDocument }, { docsPage }] = await Promise.all([
    import('../openapi/document.ts'),
    import('../openapi/page.ts'),
  ]);
  const operations = describedOperations(routes);
  const document = openApiDocument(operations, version);
  return { document, page: async (server) => String(await docsPage(operations, document, server)) };
}
