// Calls of gRPC made by hand, whole or in pieces: clients that others wrote send nothing wrong.
import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type Settings } from 'node:http2';
import { framed } from '../../../serve/grpc/frame.ts';

export interface RawAnswer {
  readonly headers: IncomingHttpHeaders;
  /** The status, wherever it came: with the headers, or after the message. */
  readonly status: string | undefined;
  readonly message: string;
  readonly details: string | undefined;
  readonly pushback: string | undefined;
  /** Of the response, without its first five bytes. */
  readonly data: Buffer;
  readonly rstCode: number;
}

export interface RawCall {
  readonly answer: Promise<RawAnswer>;
  write(bytes: Uint8Array): void;
  end(): void;
  cancel(): void;
}

/** Opens a connection; `close` ends it at once. */
export function openRaw(address: string, settings: Settings = {}) {
  const session = connect(`http://${address}`, { settings });
  session.on('error', () => {});
  return {
    call: (path: string, headers = {}) => begin(session, path, headers),
    close: () => session.destroy(),
    session,
  };
}

/** Begins a call, whose message is still to be written. */
function begin(session: ClientHttp2Session, path: string, headers: Record<string, string>): RawCall {
  const stream = session.request(
    { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers },
    { endStream: false },
  );
  const chunks: Buffer[] = [];
  let first: IncomingHttpHeaders = {};
  let last: IncomingHttpHeaders = {};
  stream.on('error', () => {});
  stream.on('response', (got) => {
    first = got;
  });
  stream.on('trailers', (got) => {
    last = got;
  });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const answer = new Promise<RawAnswer>((resolve) => {
    stream.on('close', () => {
      const all = { ...first, ...last };
      const text = (name: string) => (all[name] === undefined ? undefined : String(all[name]));
      resolve({
        headers: first,
        status: text('grpc-status'),
        message: decodeURIComponent(text('grpc-message') ?? ''),
        details: text('grpc-status-details-bin'),
        pushback: text('grpc-retry-pushback-ms'),
        data: Buffer.concat(chunks).subarray(5),
        rstCode: stream.rstCode,
      });
    });
  });
  return {
    answer,
    write: (bytes) => void stream.write(bytes),
    end: () => void stream.end(),
    cancel: () => stream.close(8), // CANCEL
  };
}

/** A whole call with one message. */
export function ask(
  { call }: Pick<ReturnType<typeof openRaw>, 'call'>,
  path: string,
  message: Uint8Array = new Uint8Array(),
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const one = call(path, headers);
  one.write(framed(message));
  one.end();
  return one.answer;
}
