// A server that speaks the paths of the Hugging Face Hub: small files from it, large ones from a store of their own, as the
// Hub's are. Python's huggingface_hub downloads from it as well (see python.test.ts).
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** A repository on the server. */
export interface HubRepository {
  /** Contents by path. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Who may read it: anybody, who has the token, or, with it too, nobody who has not been let in. */
  readonly access?: 'public' | 'private' | 'gated';
}

/** What the server does to the bytes of large files, and how often it still will. */
export interface Faults {
  /** Ends the connection after so many bytes. */
  cutAfter?: number;
  /** Sends other bytes of the same number. */
  damaged?: boolean;
  /** Answers ranges with the whole. */
  noRanges?: boolean;
}

export interface HubServer {
  readonly endpoint: string;
  /** What was asked for: method, path and, of requests with one, the range; those of the store begin with `/store`. */
  readonly asked: string[];
  /** Headers `authorization` that came to the store, which is not the Hub. */
  readonly toStore: (string | undefined)[];
  readonly faults: Faults;
  close(): Promise<void>;
}

export const TOKEN = 'hf_opensesame';

/** Files of this ending are large ones, whatever they have. */
const LARGE = /\.(onnx|onnx_data)$/;

/** The commit of a repository's files: any other content is another one. */
export function commitOf({ files }: HubRepository): string {
  const hash = createHash('sha1');
  for (const [name, content] of Object.entries(files)) hash.update(`${name}\0`).update(content).update('\0');
  return hash.digest('hex');
}

/** @param repositories - by `owner/name`; the branch of each is main. */
export async function startHub(repositories: Readonly<Record<string, HubRepository>>): Promise<HubServer> {
  const [asked, toStore, faults]: [string[], (string | undefined)[], Faults] = [[], [], {}];
  const note = (prefix: string, { method, url, headers }: IncomingMessage) => {
    asked.push(`${method} ${prefix}${url}${headers.range ? ` ${headers.range}` : ''}`);
  };
  const store = createServer((request, response) => {
    letPagesRead(response);
    note('/store', request);
    toStore.push(request.headers.authorization);
    const [, id = '', name = ''] = /^\/([^/]+\/[^/]+)\/(.*)$/.exec(request.url ?? '') ?? [];
    send(request, response, Buffer.from(repositories[id]?.files[name] ?? ''), faults);
  });
  const closeStore = await listeningOn(store);
  const hub = createServer((request, response) => {
    letPagesRead(response);
    note('', request);
    answer(request, response, repositories, `${closeStore.address}/`);
  });
  const { address, close } = await listeningOn(hub);
  return {
    ...{ endpoint: address, asked, toStore, faults },
    close: async () => {
      await close();
      await closeStore.close();
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  repositories: Readonly<Record<string, HubRepository>>,
  store: string,
): void {
  const [, api, id = '', kind, rest = ''] =
    /^\/(api\/models\/)?([^/]+\/[^/]+)(?:\/(revision|resolve|tree)\/(.*))?$/.exec(request.url ?? '') ?? [];
  const [revision = 'main', ...parts] = rest.replace(/\?.*/, '').split('/').map(decodeURIComponent);
  const repository = repositories[id];
  const refusal = refusalOf(repository, request.headers.authorization, api === undefined, revision);
  if (refusal !== undefined) refuse(response, ...refusal);
  else if (repository !== undefined && api === undefined)
    sendFile(request, response, repository, parts, store + id);
  else if (repository !== undefined) {
    const withBlobs = new URLSearchParams(rest.split('?')[1]).has('blobs', 'true');
    sendJson(response, listingOf(id, repository, kind === 'tree', withBlobs));
  }
}

/** As the Hub does: pages of every host may read it, with the headers that say why not. */
function letPagesRead(response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader(
    'access-control-expose-headers',
    'X-Error-Code,X-Error-Message,X-Linked-Size,X-Linked-ETag',
  );
}

/** Status, code and message. */
type Refusal = [status: number, code?: string | undefined, message?: string];

function refusalOf(
  repository: HubRepository | undefined,
  authorization: string | undefined,
  isFile: boolean,
  revision: string,
): Refusal | undefined {
  if (authorization !== undefined && authorization !== `Bearer ${TOKEN}`)
    return [401, undefined, 'Invalid credentials in Authorization header'];
  const access = repository?.access;
  if (repository === undefined || (access === 'private' && authorization === undefined))
    // The Hub does not say which of the two it is to who is not logged in.
    return [authorization === undefined ? 401 : 404, 'RepoNotFound', 'Repository not found'];
  if (revision !== 'main' && revision !== commitOf(repository))
    return [404, 'RevisionNotFound', `Invalid rev id: ${revision}`];
  if (isFile && access === 'gated')
    return [authorization === undefined ? 401 : 403, 'GatedRepo', 'Access to this model is restricted.'];
  return undefined;
}

function refuse(response: ServerResponse, status: number, code?: string, message?: string): void {
  if (code !== undefined) response.setHeader('x-error-code', code);
  if (message !== undefined) response.setHeader('x-error-message', message);
  response.writeHead(status).end();
}

/** A repository as the Hub lists it: its commit and the names of its files, or each file with its digests. */
function listingOf(id: string, repository: HubRepository, isTree: boolean, withBlobs: boolean): object {
  if (isTree) return Object.entries(repository.files).map(entryOf);
  const siblings = Object.entries(repository.files).map(([rfilename, content]) => ({
    rfilename,
    ...(withBlobs && blobOf(rfilename, Buffer.from(content))),
  }));
  return {
    id,
    sha: commitOf(repository),
    private: repository.access === 'private',
    siblings,
    tags: [],
    downloads: 0,
  };
}

/** @param prefix - address of the repository's large files, without a slash behind it. */
function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  repository: HubRepository,
  parts: readonly string[],
  prefix: string,
): void {
  const name = parts.join('/');
  const content = repository.files[name];
  response.setHeader('x-repo-commit', commitOf(repository));
  if (content === undefined) {
    refuse(response, 404, 'EntryNotFound', 'Entry not found');
    return;
  }
  const bytes = Buffer.from(content);
  if (LARGE.test(name)) {
    response.setHeader('x-linked-etag', `"${createHash('sha256').update(bytes).digest('hex')}"`);
    response.setHeader('x-linked-size', bytes.length);
    response.writeHead(302, { location: `${prefix}/${name}` }).end();
    return;
  }
  response.setHeader('etag', `"${blobId(bytes)}"`);
  send(request, response, bytes, {});
}

export async function listeningOn(server: Server): Promise<{ address: string; close(): Promise<void> }> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error(`listening on ${address}, not a port`);
  return {
    address: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A file in a listing. */
function entryOf([path, content]: [string, string | Uint8Array]): object {
  const bytes = Buffer.from(content);
  const lfs = { oid: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, pointerSize: 130 };
  return { type: 'file', path, oid: blobId(bytes), size: bytes.length, ...(LARGE.test(path) && { lfs }) };
}

/** What a listing says of a file where it is asked for blobs, by the names that Python's huggingface_hub reads. */
function blobOf(name: string, bytes: Buffer): object {
  const lfs = {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    size: bytes.length,
    pointerSize: 130,
  };
  return { size: bytes.length, blobId: blobId(bytes), ...(LARGE.test(name) && { lfs }) };
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}

/** Git's digest of a file's content. */
function blobId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function send(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  whole: Buffer,
  { noRanges, damaged, cutAfter }: Faults,
): void {
  const first = noRanges ? undefined : /^bytes=(\d+)-/.exec(headers.range ?? '')?.[1];
  const from = Number(first ?? 0);
  if (first !== undefined && from >= whole.length) {
    response.writeHead(416, { 'content-range': `bytes */${whole.length}` }).end();
    return;
  }
  if (first !== undefined)
    response.setHeader('content-range', `bytes ${from}-${whole.length - 1}/${whole.length}`);
  const bytes = damaged ? whole.subarray(from).map((byte) => byte ^ 1) : whole.subarray(from);
  response.writeHead(first === undefined ? 200 : 206, { 'content-length': bytes.length });
  if (method === 'HEAD' || cutAfter === undefined) response.end(method === 'HEAD' ? undefined : bytes);
  else {
    // What was sent is read before the end is seen.
    response.write(bytes.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 200));
  }
}
