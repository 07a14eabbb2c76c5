// Headers that every answer carries, for the browser that shows the page and for pages on other hosts.

/**
 * Everything from our own host and nothing else, no inline scripts, of what is like `eval` only WebAssembly.
 * Reference: https://www.w3.org/TR/CSP3.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Headers that every answer carries. They are written down as one object, which is made at once: one that is put together
 * from others costs as much as sending it.
 *
 * COOP and COEP isolate the page from others, which shared memory (threads in WebAssembly) needs.
 * What only browsers of long ago know is left out: each header costs every answer.
 * No HSTS: the server speaks plain HTTP, and what is in front of it knows better.
 */
export function commonHeaders(requestId: string, serverTiming: string) {
  return {
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-request-id': requestId,
    'server-timing': serverTiming,
  };
}

/** Headers of a request that another host's page may send, and of an answer that it may read. */
const corsRequestHeaders =
  'Authorization, Content-Type, Content-Encoding, Inference-Header-Content-Length, X-API-Key, X-Request-Id';
const corsAnswerHeaders = 'Inference-Header-Content-Length, Retry-After, Server-Timing, X-Request-Id';

/** Seconds for which a browser may remember what it was told about another host's requests. */
const CORS_MAX_AGE = '600';

/**
 * Headers that let a page of `origin` read the answer.
 *
 * @param allowed - origins such as `https://example.org`; `*` stands for every origin.
 * @param preflight - whether the request only asks if another one may be sent.
 * @returns none when the origin is not allowed: the browser then keeps the answer from the page.
 * Reference: https://fetch.spec.whatwg.org/#http-cors-protocol.
 */
export function corsHeaders(
  allowed: readonly string[],
  origin: string | undefined,
  preflight: boolean,
): Record<string, string> {
  if (allowed.length === 0) return {};
  if (origin === undefined || !(allowed.includes('*') || allowed.includes(origin))) return { vary: 'Origin' };
  const answer = {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': corsAnswerHeaders,
    vary: 'Origin',
  };
  if (!preflight) return answer;
  return {
    ...answer,
    'access-control-allow-methods': 'GET, HEAD, POST',
    'access-control-allow-headers': corsRequestHeaders,
    'access-control-max-age': CORS_MAX_AGE,
  };
}
