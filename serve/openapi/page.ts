// The page at /docs: the operations as HTML. It needs no script, and nothing from another host.
import { html } from 'hono/html';
import type { openApiDocument } from './document.ts';
import type { DescribedOperation } from './operation.ts';

type OpenApiDocument = ReturnType<typeof openApiDocument>;
type Html = ReturnType<typeof html>;

/** Writes the page. */
export function docsPage(operations: readonly DescribedOperation[], document: OpenApiDocument): Html {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const { title, version, description } = document.info;
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: the HTTP interface</title>
<link rel="stylesheet" href="/docs/style.css">
<header>
<h1>${title} ${version}</h1>
<p>${description} The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
<nav>${tags.map((tag) => html`<a href="#${anchor(tag)}">${tag}</a> `)}</nav>
</header>
<main>
${tags.map((tag) => section(tag, operations, document))}
</main>
</html>
`;
}

function section(tag: string, operations: readonly DescribedOperation[], document: OpenApiDocument): Html {
  const own = operations.filter((operation) => operation.tag === tag);
  return html`<section id="${anchor(tag)}">
<h2>${tag}</h2>
${own.map((operation) => article(operation, document))}
</section>
`;
}

function article(operation: DescribedOperation, document: OpenApiDocument): Html {
  const { method, paths, summary, description, query, headers = {}, body, answers, example } = operation;
  const [path = ''] = paths;
  const described: { requestBody?: object; responses?: object } = document.paths[path]?.[method] ?? {};
  const options = [
    ...Object.entries(query?.shape ?? {}).map(([name, field]) => [`?${name}=`, field.description ?? '']),
    ...Object.entries(headers),
  ];
  return html`<article>
<h3>${paths.map((path) => html`<code><b>${method.toUpperCase()}</b> ${path}</code><br>`)}</h3>
<p>${summary}.${description === undefined ? '' : ` ${description}`}</p>
<pre>${example}</pre>
${table(options)}
${table(Object.entries(answers).map(([status, { description }]) => [status, description]))}
${body === undefined ? '' : details('What is sent', described.requestBody)}
${details('What comes back', described.responses)}
</article>
`;
}

function table(rows: readonly (readonly string[])[]): Html | string {
  if (rows.length === 0) return '';
  return html`<table>${rows.map(
    ([name, description]) => html`<tr><th><code>${name}</code></th><td>${description}</td></tr>`,
  )}</table>`;
}

function details(title: string, schema: object | undefined): Html {
  return html`<details><summary>${title}</summary><pre>${JSON.stringify(schema, null, 2)}</pre></details>`;
}

function anchor(tag: string): string {
  return tag.toLowerCase().replaceAll(' ', '-');
}

/** The style of the page; a file of its own, since the Content-Security-Policy allows no inline style. */
export const docsStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
h2 { border-bottom: 1px solid; margin-top: 3rem; }
article { margin: 2rem 0; }
h3 { font-weight: normal; margin-bottom: 0.25rem; }
nav a { margin-right: 1rem; }
pre { overflow-x: auto; padding: 0.75rem; background: color-mix(in srgb, currentColor 8%, transparent); }
details pre { max-height: 30rem; font-size: 0.85rem; }
table { border-collapse: collapse; margin: 0.5rem 0; }
th, td { padding: 0.1rem 1rem 0.1rem 0; text-align: left; vertical-align: top; }
th { font-weight: normal; white-space: nowrap; }
`;
