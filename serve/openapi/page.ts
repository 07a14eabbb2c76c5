// The page at /docs: the operations as HTML, made here, so that it needs no script and nothing from another host.
import type { openApiDocument } from './document.ts';
import type { Operation } from './operation.ts';

/** Writes the page. */
export function docsPage(
  operations: readonly Operation[],
  document: ReturnType<typeof openApiDocument>,
): string {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const { title, version, description } = document.info;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}: what it answers</title>
<link rel="stylesheet" href="/docs/style.css">
<header>
<h1>${text(title)} ${text(version)}</h1>
<p>${text(description)} The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
<nav>${tags.map((tag) => `<a href="#${anchor(tag)}">${text(tag)}</a>`).join(' ')}</nav>
</header>
<main>
${tags.map((tag) => section(tag, operations, document)).join('\n')}
</main>
</html>
`;
}

function section(
  tag: string,
  operations: readonly Operation[],
  document: ReturnType<typeof openApiDocument>,
) {
  const own = operations.filter((operation) => operation.tag === tag);
  return `<section id="${anchor(tag)}">
<h2>${text(tag)}</h2>
${own.map((operation) => article(operation, document)).join('\n')}
</section>`;
}

function article(operation: Operation, document: ReturnType<typeof openApiDocument>): string {
  const { method, paths, summary, description, query, headers = {}, body, answers, example } = operation;
  const [path = ''] = paths;
  const described: { requestBody?: object; responses?: object } = document.paths[path]?.[method] ?? {};
  const options = [
    ...Object.entries(query?.shape ?? {}).map(([name, field]) => [`?${name}=`, field.description ?? '']),
    ...Object.entries(headers),
  ];
  return `<article>
<h3>${paths.map((path) => `<code><b>${method.toUpperCase()}</b> ${text(path)}</code>`).join('<br>')}</h3>
<p>${text(summary)}.${description === undefined ? '' : ` ${text(description)}`}</p>
<pre>${text(example)}</pre>
${table(options)}
${table(Object.entries(answers).map(([status, { description }]) => [status, description]))}
${body === undefined ? '' : details('What is sent', described.requestBody)}
${details('What comes back', described.responses)}
</article>`;
}

function table(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const cells = rows.map(
    ([name = '', what = '']) => `<tr><th><code>${text(name)}</code></th><td>${text(what)}</td></tr>`,
  );
  return `<table>${cells.join('')}</table>`;
}

function details(title: string, schema: object | undefined): string {
  return `<details><summary>${title}</summary><pre>${text(JSON.stringify(schema, null, 2))}</pre></details>`;
}

function anchor(tag: string): string {
  return tag.toLowerCase().replaceAll(' ', '-');
}

function text(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Of the page; a file of its own, since the page may hold no styles. */
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
