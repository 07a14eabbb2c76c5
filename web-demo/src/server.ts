// Asks the server about the same picture, and how far its answer is from the browser's.
import type { Picture } from '../../models/image/picture.ts';
import { encodePng } from './png.ts';
import type { ModelLink } from './protocol.ts';

/** What the server made of a picture. */
export interface ServerAnswer {
  readonly label: string;
  readonly probability: number;
  /** Probability of each label, in the order of the labels that were given. */
  readonly probabilities: number[];
}

/** The part of POST /classify's answer that is read here. */
interface Classified {
  label: string;
  probability: number;
  predictions: { label: string; probability: number }[];
}

/** The server answered, and not with a classification. */
export class Refusal extends Error {}

/**
 * Posts a picture to the server as a PNG, in which every pixel arrives as it left.
 *
 * @param labels - the card's labels; all of their probabilities are asked for.
 * @throws Refusal when the server refuses; TypeError when there is none.
 */
export async function askServer(
  endpoint: string,
  model: ModelLink,
  labels: readonly string[],
  picture: Picture,
): Promise<ServerAnswer> {
  const url = new URL(endpoint);
  url.searchParams.set('model', model.name);
  url.searchParams.set('version', String(model.version));
  url.searchParams.set('top', String(labels.length));
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: await encodePng(picture),
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok || !isClassified(body)) throw new Refusal(refusal(response.status, body));
  const byLabel = new Map(body.predictions.map(({ label, probability }) => [label, probability]));
  return {
    label: body.label,
    probability: body.probability,
    probabilities: labels.map((label) => byLabel.get(label) ?? Number.NaN),
  };
}

function isClassified(body: unknown): body is Classified {
  return (
    typeof body === 'object' && body !== null && 'predictions' in body && Array.isArray(body.predictions)
  );
}

function refusal(status: number, body: unknown): string {
  const error = typeof body === 'object' && body !== null && 'error' in body ? `: ${body.error}` : '';
  return `the server answered ${status}${error}`;
}
