// GET /openapi.json: what the server answers, for programs. GET /docs: the same for people.
import { Hono } from 'hono';
import { openApiDocument } from '../openapi/document.ts';
import { operations } from '../openapi/operations.ts';
import { docsPage, docsStyle } from '../openapi/page.ts';
import { version } from '../version.ts';

/** Both are made when they are first asked for: few ask, and a server should start fast. */
export function docsRoutes(): Hono {
  const app = new Hono();
  let made: { document: object; page: string } | undefined;
  function make(): { document: object; page: string } {
    if (made !== undefined) return made;
    const document = openApiDocument(operations, version);
    made = { document, page: docsPage(operations, document) };
    return made;
  }
  app.get('/openapi.json', (c) => c.json(make().document));
  app.get('/docs', (c) => c.html(make().page));
  app.get('/docs/style.css', (c) => c.body(docsStyle, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  return app;
}
