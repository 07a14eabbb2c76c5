// Listens for gRPC, which is HTTP/2 with a message each way and a status at the end: node:http2 speaks it, and what is held
// in memory, how long a request may take and how the server stops are as over HTTP.
import { once } from 'node:events';
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { stackOf } from '../explain.ts';
import { explainListening } from '../http/listen.ts';
import { connectionLimits } from '../settings/limits.ts';
import { answerCall, type CallOptions } from './call.ts';

export interface GrpcOptions extends CallOptions {
  /** Milliseconds that calls get to finish, at the end, before their connections are closed. */
  readonly patience?: number | undefined;
}

export interface GrpcListening {
  /** `host:port`, as clients of gRPC have it. */
  readonly address: string;
  /** Goes on for `delay` milliseconds, then takes no more calls and answers those that were accepted. */
  close(delay?: number): Promise<void>;
}

const PATIENCE = 10_000;

/** Calls at the same time on one connection. */
const MOST_STREAMS = 256;

/** Bytes that a client may send of one call before it is told that they were read: a picture of a camera in one go. */
const WINDOW = 1024 * 1024;

/**
 * Listens for calls and answers them.
 *
 * @param port - 0 takes a free one.
 * @throws UserError when the address is in use or cannot be used; it says what to try.
 */
export async function listenGrpc(host: string, port: number, options: GrpcOptions): Promise<GrpcListening> {
  const { connection = connectionLimits, patience = PATIENCE, log } = options;
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer({
    settings: { maxConcurrentStreams: MOST_STREAMS, initialWindowSize: WINDOW },
    maxHeaderListPairs: 100,
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {}); // it is closed too
    session.setLocalWindowSize(WINDOW);
    closeWhenIdle(session, connection.keepAliveTimeout);
  });
  server.on('sessionError', () => {}); // of what is no HTTP/2: its connection is closed
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {}); // a stream that breaks is also closed
    answerCall(stream, headers, options).catch((error: unknown) => {
      log(`gRPC: ${stackOf(error)}`, { level: 'error' });
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    });
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw explainListening(error, host, port, '--grpc-port');
  }
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : port;
  let closing: Promise<void> | undefined;

  async function close(delay: number): Promise<void> {
    if (delay > 0) await sleep(delay);
    const closed = once(server, 'close');
    server.close();
    for (const session of sessions) session.close(); // says GOAWAY, and ends with its last call
    const force = setTimeout(() => {
      for (const session of sessions) session.destroy();
    }, patience);
    await closed;
    clearTimeout(force);
  }

  return {
    address: `${host.includes(':') ? `[${host}]` : host}:${own}`,
    close: (delay = 0) => {
      closing ??= close(delay);
      return closing;
    },
  };
}

/** Closes a connection on which no call was open for so long; one that never said anything is closed like it. */
function closeWhenIdle(session: ServerHttp2Session, milliseconds: number): void {
  let open = 0;
  let called = false;
  const timer = setTimeout(() => {
    if (open > 0) return;
    if (called) session.close();
    else session.destroy();
  }, milliseconds).unref();
  session.on('stream', (stream) => {
    called = true;
    open++;
    stream.on('close', () => {
      open--;
      if (open === 0 && !session.closed) timer.refresh();
    });
  });
  session.on('close', () => clearTimeout(timer));
}
