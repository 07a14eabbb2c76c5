// Headers that every answer carries, for the browser that shows the page.
import { secureHeaders } from 'hono/secure-headers';

/**
 * Everything from our own host and nothing else, no inline scripts, of what is like `eval` only WebAssembly.
 * COOP and COEP isolate the page from others, which shared memory (threads in WebAssembly) needs.
 * No HSTS: the server speaks plain HTTP, and what is in front of it knows better.
 */
export const pageHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
    workerSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  crossOriginOpenerPolicy: 'same-origin',
  crossOriginEmbedderPolicy: 'require-corp',
  crossOriginResourcePolicy: 'same-origin',
  referrerPolicy: 'no-referrer',
  strictTransportSecurity: false,
  xFrameOptions: 'DENY',
});
