// Headers of every response, for the browser that shows the page and for pages of other origins.

/**
 * Content from our own origin only, no inline scripts, and no `eval` except for WebAssembly.
 * Reference: https://www.w3.org/TR/CSP3.
 */
const ownContent = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
];
const contentSecurityPolicy = [...ownContent, "frame-ancestors 'none'"].join('; ');

/**
 * Headers of every response. They are one object literal: an object that is assembled from others costs as much as
 * sending the response.
 *
 * COOP and COEP isolate the page from others, which shared memory (threads in WebAssembly) needs. Headers for old
 * browsers alone are left out: each header costs every response. There is no HSTS: the server speaks plain HTTP, and a
 * proxy in front of it decides about TLS.
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

/**
 * The headers of a document that pages of these origins may show in a frame: of those of every response, one is left out
 * and two are others. What the frame isolates itself by stays: a page that is isolated itself shows no other frames.
 *
 * @param origins - such as `https://example.org`; `*` stands for every origin.
 * Reference: https://www.w3.org/TR/CSP3/#directive-frame-ancestors.
 */
export function framedHeaders(common: ReturnType<typeof commonHeaders>, origins: readonly string[]) {
  const { 'x-frame-options': _, ...others } = common;
  return {
    ...others,
    'content-security-policy': [...ownContent, `frame-ancestors ${origins.join(' ')}`].join('; '),
    'cross-origin-resource-policy': 'cross-origin',
  };
}

/** Headers that a page of another origin may send with a request, and those of a response that it may read. */
const corsRequestHeaders =
  'Authorization, Content-Type, Content-Encoding, Inference-Header-Content-Length, X-API-Key, X-Request-Id';
const corsResponseHeaders =
  'Inference-Header-Content-Length, RateLimit, RateLimit-Policy, Retry-After, Server-Timing, X-Request-Id';

/** Seconds for which a browser may cache the response to a preflight request. */
const CORS_MAX_AGE = '600';

/**
 * Headers that let a page of `origin` read the response.
 *
 * @param allowed - origins such as `https://example.org`; `*` stands for every origin.
 * @param preflight - whether the request only asks whether another one may be sent.
 * @returns no CORS header when the origin is not allowed: the browser then does not show the response to the page.
 * Reference: https://fetch.spec.whatwg.org/#http-cors-protocol.
 */
export function corsHeaders(
  allowed: readonly string[],
  origin: string | undefined,
  preflight: boolean,
): Record<string, string> {
  if (allowed.length === 0) return {};
  if (origin === undefined || !(allowed.includes('*') || allowed.includes(origin))) return { vary: 'Origin' };
  const headers = {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': corsResponseHeaders,
    vary: 'Origin',
  };
  if (!preflight) return headers;
  return {
    ...headers,
    'access-control-allow-methods': 'GET, HEAD, POST',
    'access-control-allow-headers': corsRequestHeaders,
    'access-control-max-age': CORS_MAX_AGE,
  };
}
