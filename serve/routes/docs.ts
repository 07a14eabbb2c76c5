// GET /openapi.json: what the server answers, for programs. GET /docs: the same for people.
import { Hono } from 'hono';

interface Made {
  readonly document: object;
  readonly page: string;
  readonly style: string;
}

/** All of it is loaded and made when somebody first asks: few do, and a server should start fast. */
export function docsRoutes(): Hono {
  const app = new Hono();
  let made: Promise<Made> | undefined;
  const get = () => {
    made ??= make();
    return made;
  };
  app.get('/openapi.json', async (c) => c.json((await get()).document));
  app.get('/docs', async (c) => c.html((await get()).page));
  app.get('/docs/style.css', async (c) =>
    c.body((await get()).style, 200, { 'Content-Type': 'text/css; charset=utf-8' }),
  );
  return app;
}

async function make(): Promise<Made> {
  const [{ openApiDocument }, { operations }, { docsPage, docsStyle }, { version }] = await Promise.all([
    import('../openapi/document.ts'),
    import('../openapi/operations.ts'),
    import('../openapi/page.ts'),
    import('../../setup/paths.mjs'),
  ]);
  const document = openApiDocument(operations, version);
  return { document, page: docsPage(operations, document), style: docsStyle };
}
