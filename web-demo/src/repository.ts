// Asks the server which models there are, and picks the one to draw for.
import type { ModelLink } from './protocol.ts';

/** The name of the model that the page draws for. */
const digits = 'digits';

/** The part of an entry of GET /models that is read here. */
interface Listed {
  readonly name: string;
  readonly version: number;
  readonly url?: string;
  readonly bytes?: number;
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
  const newest = readModels(await response.json())
    .filter(({ name }) => name === digits)
    .sort((a, b) => b.version - a.version)[0];
  if (!newest) return undefined;
  const { name, version, bytes } = newest;
  const path = newest.url ?? `models/${encodeURIComponent(name)}/versions/${version}/model.onnx`;
  // Relative to the page, in whichever folder of a host it lies.
  const url = new URL(path.replace(/^\//, ''), document.baseURI).href;
  return { name, version, url, bytes };
}

function readModels(body: unknown): Listed[] {
  const models = typeof body === 'object' && body !== null && 'models' in body ? body.models : undefined;
  if (!Array.isArray(models)) throw new Error('The server answered without a list of models.');
  return models;
}
