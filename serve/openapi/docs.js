// Runs in the browser, at /docs: writes the address at which the page is seen into the examples, and gives each operation a
// form that sends it. Without it the page is whole but for the forms.

/** Where the server is, without a slash at the end: behind a proxy it may be below a path. */
const server = new URL('.', location.href).href.replace(/\/$/, '');

/**
 * @typedef {{ name: string, in: 'path' | 'query' | 'header', description?: string, required?: boolean,
 *   schema?: { default?: unknown } }} Parameter
 * @typedef {{ parameters: Parameter[], requestBody?: { content: Record<string, unknown> } }} Operation
 */

for (const example of document.querySelectorAll('pre.example')) {
  const { said = '' } = /** @type {HTMLElement} */ (example).dataset;
  example.textContent = example.textContent?.replaceAll(said, server) ?? '';
}

const key = field('API key, where the server asks for one', { type: 'password', autocomplete: 'off' });
document.querySelector('header')?.append(key.label);

/** @type {{ paths: Record<string, Record<string, Operation>> }} */
const { paths } = await (await fetch('./openapi.json')).json();
for (const article of document.querySelectorAll('article')) {
  const { method = '', path = '' } = article.dataset;
  const operation = paths[path]?.[method];
  if (operation !== undefined) article.append(trial(method, path, operation));
}

/**
 * The form of an operation.
 * @param {string} method
 * @param {string} path
 * @param {Operation} operation
 */
function trial(method, path, { parameters, requestBody }) {
  const types = Object.keys(requestBody?.content ?? {});
  const takesFile = types.some((type) => type === 'image/*' || type === 'multipart/form-data');
  const fields = parameters.map((parameter) => {
    const usual = parameter.schema?.default;
    const placeholder = usual === undefined ? '' : String(usual);
    return { parameter, ...field(`${parameter.name}: ${parameter.description ?? ''}`, { placeholder }) };
  });
  const file = takesFile ? field('Picture', { type: 'file', accept: 'image/*' }) : undefined;
  const text = !takesFile && types.includes('application/json') ? area('JSON') : undefined;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Send';
  const answer = document.createElement('output');

  button.addEventListener('click', async () => {
    answer.replaceChildren(shown('...'));
    const url = new URL(server + filled(path, fields));
    const headers = new Headers(key.input.value === '' ? {} : { 'X-API-Key': key.input.value });
    for (const { parameter, input } of fields) {
      if (input.value === '') continue;
      if (parameter.in === 'query') url.searchParams.set(parameter.name, input.value);
      if (parameter.in === 'header') headers.set(parameter.name, input.value);
    }
    const body = file?.input.files?.[0] ?? (text?.input.value || undefined);
    try {
      const response = await fetch(url, { method: method.toUpperCase(), headers, ...(body && { body }) });
      answer.replaceChildren(shown(`${response.status} ${response.statusText}\n${await read(response)}`));
    } catch (error) {
      answer.replaceChildren(shown(`The server does not answer: ${String(error)}`));
    }
  });

  const form = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = 'Try it';
  const labels = [...fields, file, text].flatMap((each) => (each === undefined ? [] : [each.label]));
  form.append(summary, ...labels, button, answer);
  return form;
}

/**
 * The path with the values of its parameters.
 * @param {string} path
 * @param {readonly { parameter: Parameter, input: HTMLInputElement }[]} fields
 */
function filled(path, fields) {
  return path.replace(/\{(\w+)\}/g, (_whole, name) => {
    const found = fields.find(({ parameter }) => parameter.in === 'path' && parameter.name === name);
    return encodeURIComponent(found?.input.value ?? '');
  });
}

/** @param {Response} response */
async function read(response) {
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('json')) return JSON.stringify(await response.json(), null, 2);
  if (type.startsWith('text/')) return response.text();
  return `${(await response.arrayBuffer()).byteLength} bytes of ${type}`;
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 */
function field(name, attributes) {
  const input = document.createElement('input');
  for (const [attribute, value] of Object.entries(attributes)) input.setAttribute(attribute, value);
  return { input, label: labelled(name, input) };
}

/** @param {string} name */
function area(name) {
  const input = document.createElement('textarea');
  return { input, label: labelled(name, input) };
}

/**
 * @param {string} name
 * @param {HTMLElement} input
 */
function labelled(name, input) {
  const label = document.createElement('label');
  label.append(name, document.createElement('br'), input);
  return label;
}

/** @param {string} text */
function shown(text) {
  const pre = document.createElement('pre');
  pre.textContent = text;
  return pre;
}

export {};
