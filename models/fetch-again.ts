// A request of Node's that outlives its connection: one that was kept open may be closed by the server just as it is used.

/** What Node calls a connection that ended before the answer began. */
const ENDED = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/**
 * Fetches by GET. Where the connection ends before the answer begins, it is asked once more, on a new one: who asked
 * cannot know that it had been kept open since an earlier request. Reference: RFC 9112, section 9.3.1.
 */
export async function fetchAgain(
  url: string | URL,
  init: Omit<RequestInit, 'method' | 'body'>,
): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    init.signal?.throwIfAborted();
    const { cause } = error instanceof Error ? error : {};
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (!ENDED.includes(code)) throw error;
    return fetch(url, init);
  }
}
