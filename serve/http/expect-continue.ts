// Clients that ask before they send a body (`Expect: 100-continue`, as curl does from 1 MiB on): they are asked for it only
// once it is wanted, so that a body that is refused by its length, address or key is never sent.
import type { ServerResponse } from 'node:http';

/** How to ask for the body, for responses whose client waits for that. */
const waiting = new WeakMap<object, () => void>();

/**
 * To be called with the response to a request whose client waits. If it is answered without having been asked, the
 * connection is closed: the client may send the body all the same, which would be taken for the next request (RFC 9110,
 * section 10.1.1).
 */
export function awaitContinue(response: ServerResponse): void {
  const closes = response.hasHeader('Connection');
  response.setHeader('Connection', 'close');
  waiting.set(response, () => {
    if (!closes) response.removeHeader('Connection');
    response.writeContinue();
  });
}

/** Asks for the body, if the client waits for that. */
export function sendContinue(response: object | undefined): void {
  if (response === undefined) return;
  waiting.get(response)?.();
  waiting.delete(response);
}
