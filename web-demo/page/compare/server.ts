// Asks the server about the same picture.
import { flattenAlpha } from '../../../models/image/alpha.ts';
import { encodePng } from '../../../models/image/encode-png.ts';
import type { Picture } from '../../../models/image/picture.ts';
import type { Card } from '../../component/index.ts';
import { outputOf, type Saying } from '../said.ts';

/** A model of the server's repository. */
export interface RepositoryModel {
  readonly name: string;
  readonly version: number;
}

/** The server's answer to a picture. */
export type ServerAnswer = Saying & {
  /** Of one label, its probability. */
  readonly probability?: number;
  /** What the model gave, in the order of the labels, as `outputOf` has it. */
  readonly output: ArrayLike<number>;
  /** Milliseconds until the answer was back. */
  readonly milliseconds: number;
};

/** The part of POST /classify's answer that is read here. */
type ServerBody = Saying & {
  readonly probability?: number;
  readonly predictions?: readonly { readonly label: string; readonly probability: number }[];
};

/** The server answered with something else than a classification. */
export class ServerRefusal extends Error {}

/**
 * Posts a picture to the server: a file as it is, pixels as a PNG, in which every one arrives as it left.
 *
 * @param card - of the model; the probabilities of all of its labels are asked for.
 * @throws ServerRefusal when the server refuses; TypeError when no server answers.
 */
export async function askServer(
  model: RepositoryModel,
  card: Card,
  picture: Picture | Blob,
): Promise<ServerAnswer> {
  const url = new URL('classify', document.baseURI);
  url.hash = '';
  url.searchParams.set('model', model.name);
  url.searchParams.set('version', String(model.version));
  url.searchParams.set('top', String(card.labels.length));
  const body = picture instanceof Blob ? picture : await encodePng(flattenAlpha(picture));
  const started = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
  });
  const answer: unknown = await response.json().catch(() => undefined);
  const milliseconds = performance.now() - started;
  if (!response.ok || !isServerBody(answer)) throw new ServerRefusal(refusal(response.status, answer));
  const byLabel = new Map(answer.predictions?.map(({ label, probability }) => [label, probability]));
  const probabilities = card.labels.map((label) => byLabel.get(label) ?? Number.NaN);
  return { ...answer, output: outputOf('values' in answer ? answer : { probabilities }, card), milliseconds };
}

function isServerBody(body: unknown): body is ServerBody {
  if (typeof body !== 'object' || body === null || !('task' in body)) return false;
  if (body.task === 'regression') return 'values' in body && typeof body.values === 'object';
  return 'predictions' in body && Array.isArray(body.predictions);
}

/** An answer without JSON is not from Trainyard's server: a server of static files has no such address. */
function refusal(status: number, body: unknown): string {
  if (typeof body === 'object' && body !== null && 'error' in body)
    return `The server answered ${status}: ${body.error}`;
  return status === 404 || status === 405 || status === 501
    ? 'This host serves files only: it does not classify'
    : `The server answered ${status}`;
}
