// Asks the server which models there are, and picks the one to draw for.
import type { ModelLink } from './protocol.ts';

/** The name of the model that the page prefers: it reads drawings of digits. */
const preferred = 'digits';

/** Where a model's file is, relative to the page. */
function fileOf(name: string, version: number): string {
  return new URL(`models/${encodeURIComponent(name)}/versions/${version}/model.onnx`, document.baseURI).href;
}

/**
 * Finds the newest version of the digits model.
 *
 * @returns undefined when the repository has none.
 * @throws Error when there is no answer, or not the one expected.
 */
export async function findDigits(): Promise<ModelLink | undefined> {
  const response = await fetch(new URL('models', document.baseURI));
  if (!response.ok) throw new Error(`The server answered ${response.status} when asked for its models.`);
  const versions = (await response.json().then(readModels)).filter(({ name }) => name === preferred);
  const newest = versions.sort((a, b) => b.version - a.version)[0];
  return newest && { ...newest, url: fileOf(newest.name, newest.version) };
}

/** Reads the list out of GET /models. */
function readModels(body: unknown): { name: string; version: number }[] {
  const list = typeof body === 'object' && body !== null && 'models' in body ? body.models : body;
  if (!Array.isArray(list)) throw new Error('The server answered without a list of models.');
  return list.map(({ name, version }) => ({ name: String(name), version: Number(version) }));
}
