// The page at /docs: the operations as HTML. Its script adds forms that send them; nothing is from another host, and all
// links are relative, since a proxy may have put the server below a path.
import { html } from 'hono/html';
import type { openApiDocument } from './document.ts';
import type { DescribedOperation } from './operation.ts';

type OpenApiDocument = ReturnType<typeof openApiDocument>;
type Html = ReturnType<typeof html>;

/** Where the server is in the examples of operations. */
const EXAMPLE = 'localhost:3000';

/**
 * Writes the page.
 *
 * @param server - address of the server, as whoever asks for the page sees it, without a slash at the end.
 */
export function docsPage(
  operations: readonly DescribedOperation[],
  document: OpenApiDocument,
  server: string,
): Html {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const { title, version, description } = document.info;
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: the HTTP interface</title>
<link rel="stylesheet" href="./docs/style.css">
<script type="module" src="./docs/try.js"></script>
<header>
<h1>${title} ${version}</h1>
<p>${description} The same for programs: <a href="./openapi.json">openapi.json</a>.</p>
<nav>${[...tags, 'Schemas'].map((tag) => html`<a href="#${anchor(tag)}">${tag}</a> `)}</nav>
</header>
<main>
${tags.map(
  (tag) => html`<section id="${anchor(tag)}">
<h2>${tag}</h2>
${operations
  .filter((operation) => operation.tag === tag)
  .map((operation) =>
    article(
      operation,
      document,
      html`<pre class="example" data-said="${server}">${operation.example.replaceAll(EXAMPLE, server)}</pre>`,
    ),
  )}
</section>
`,
)}
<section id="schemas">
<h2>Schemas</h2>
${Object.entries(document.components.schemas).map(([name, schema]) => details(name, schema))}
</section>
</main>
</html>
`;
}

function article(operation: DescribedOperation, document: OpenApiDocument, example: Html): Html {
  const { method, paths, summary, description, query, headers = {}, body, answers } = operation;
  const [path = ''] = paths;
  const described: { requestBody?: object; responses?: object } = document.paths[path]?.[method] ?? {};
  const options = [
    ...Object.entries(query?.shape ?? {}).map(([name, field]) => [`?${name}=`, field.description ?? '']),
    ...Object.entries(headers),
  ];
  return html`<article data-method="${method}" data-path="${path}">
<h3>${paths.map((path) => html`<code><b>${method.toUpperCase()}</b> ${path}</code><br>`)}</h3>
<p>${summary}.${description === undefined ? '' : ` ${description}`}</p>
${example}
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
