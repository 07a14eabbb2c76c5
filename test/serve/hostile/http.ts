// Attacks on HTTP itself: wrong lengths, requests that are not HTTP, addresses with tricks in them.
import { plain } from '../pictures.ts';
import { type Attack, type Family, headOf, type Next, noise, pick, post, whole } from './attack.ts';

/** A body that is longer or shorter than announced, or whose length is no length. */
export const lengths: Family = async (next): Promise<Attack> => {
  const picture = await plain('blue');
  const lengths: readonly [string, Record<string, string | number>][] = [
    ['more announced than sent', { 'Content-Length': picture.length + whole(next, 1, 1e6) }],
    ['less announced than sent', { 'Content-Length': whole(next, 0, picture.length - 1) }],
    ['far too much announced', { 'Content-Length': pick(next, [1e9, 2 ** 53, 2 ** 31, 1e12]) }],
    ['a negative length', { 'Content-Length': -1 }],
    [
      'a length in words',
      { 'Content-Length': pick(next, ['ten', '0x10', '1e3', '+5', ' ', '99999999999999999999']) },
    ],
    ['two lengths', { 'Content-Length': 5, 'content-length': 6 }],
    ['a length and chunks', { 'Content-Length': 5, 'Transfer-Encoding': 'chunked' }],
    ['chunks of no size', { 'Transfer-Encoding': 'chunked' }],
    ['an unknown coding', { 'Transfer-Encoding': pick(next, ['gzip', 'chunked, chunked', 'identity']) }],
    [
      'compressed, it says',
      { 'Content-Length': picture.length, 'Content-Encoding': pick(next, ['gzip', 'br']) },
    ],
  ];
  const [kind, headers] = pick(next, lengths);
  const head = headOf('POST', '/classify', headers);
  return { kind, pieces: () => [head, picture], hangsUp: true };
};

const chunkLines = [
  'ffffffffffffffff',
  '-1',
  'zz',
  '',
  '0x5',
  `5;${'a'.repeat(20_000)}`,
  '00000000000000000000005',
  '5 5',
];

/** Chunks with wrong sizes. */
export const chunks: Family = (next) => {
  const head = headOf('POST', '/classify', { 'Transfer-Encoding': 'chunked' });
  const line = pick(next, chunkLines);
  const body = Buffer.concat([
    Buffer.from(`${line}\r\n`),
    noise(next, whole(next, 0, 300)),
    Buffer.from('\r\n0\r\n\r\n'),
  ]);
  return { kind: `a chunk of size ${line.slice(0, 20)}`, pieces: () => [head, body], hangsUp: true };
};

const names = [
  '..',
  '../..',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f%2e%2e%2f',
  '..%5c..%5c',
  '%00',
  'digits%00',
  '%c0%ae%c0%ae/',
  '....//',
  '/etc/passwd',
  '%2fetc%2fpasswd',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  '%f0%9f%90%88',
  '%ff%fe',
  '%',
  '%zz',
  'con',
  'digits.',
  'digits%20',
  'DIGITS',
  '-rf',
  '$(id)',
  '`id`',
  '%0d%0aX:%20y',
  '*',
  '{}',
  '.adding~x',
  'a'.repeat(5_000),
  '%e2%80%ae',
  "'%20or%201=1",
  '<script>',
];

const versions = [
  '1',
  '0',
  '-1',
  '01',
  '1e9',
  '99999999999999999999',
  '1%2f..%2f2',
  '..',
  'NaN',
  '%00',
  '1;2',
  ' 1',
];

/** The addresses that take a name or a version. */
const addresses: readonly ((name: string, version: string) => string)[] = [
  (name) => `/classify?model=${name}`,
  (name, version) => `/classify?model=${name}&version=${version}`,
  (_, version) => `/classify?version=${version}&top=${version}`,
  (name, version) => `/models/${name}/versions/${version}/model.onnx`,
  (name) => `/models/${name}/classify`,
  (name, version) => `/models/${name}/versions/${version}/classify`,
  (name) => `/v2/models/${name}`,
  (name) => `/v2/models/${name}/ready`,
  (name, version) => `/v2/models/${name}/versions/${version}/infer`,
  (name) => `/v2/models/${name}/infer`,
  (name) => `/v2/repository/models/${name}/load`,
  (name) => `/${name}`,
  (name) => `/assets/${name}`,
  (name) => `/docs/${name}`,
];

/** Names of models, versions and files that want to lead elsewhere. */
export const paths: Family = async (next) => {
  const target = pick(next, addresses)(pick(next, names), pick(next, versions)).replaceAll(' ', '%20');
  const method = pick(next, ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']);
  const kind = `${method} ${target.slice(0, 80)}`;
  if (method !== 'POST') return { kind, pieces: () => [headOf(method, target)] };
  return post(kind, target, await plain('green'));
};

const raw: readonly [kind: string, make: (next: Next) => Uint8Array | string][] = [
  ['noise', (next) => noise(next, whole(next, 1, 4_000))],
  ['TLS', (next) => Buffer.concat([Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), noise(next, 500)])],
  ['HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['HTTP/9.9', () => 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
  ['HTTP/0.9', () => 'GET /\r\n'],
  ['HTTP/1.0 without a host', () => 'GET /healthz HTTP/1.0\r\n\r\n'],
  ['a health check of HAProxy', () => 'OPTIONS / HTTP/1.0\r\n\r\n'],
  ['no host', () => 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['two hosts', () => 'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'],
  [
    'a strange host',
    (next) =>
      `GET / HTTP/1.1\r\nHost: ${pick(next, ['[', 'a b', 'a:99999', '@', '\\', 'a/b', ''])}\r\nConnection: close\r\n\r\n`,
  ],
  ['a long address', (next) => headOf('GET', `/${'a'.repeat(whole(next, 1_000, 30_000))}`)],
  ['a long header', (next) => headOf('GET', '/', { X: 'a'.repeat(whole(next, 1_000, 40_000)) })],
  [
    'many headers',
    (next) =>
      headOf(
        'GET',
        '/',
        Object.fromEntries(Array.from({ length: whole(next, 50, 3_000) }, (_, i) => [`X${i}`, 'y'])),
      ),
  ],
  ['a broken header', () => 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\nA B: c\r\n\r\n'],
  ['a header with a zero', () => 'GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n'],
  ['a folded header', () => 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n'],
  ['line feeds alone', () => 'GET / HTTP/1.1\nHost: x\n\n'],
  ['a whole address', () => headOf('GET', 'http://169.254.169.254/latest/meta-data')],
  ['an address with a backslash', () => headOf('GET', '/a\\..\\b')],
  ['a star', () => headOf('OPTIONS', '*')],
  ['a tunnel', () => headOf('CONNECT', 'localhost:22')],
  ['another protocol', () => headOf('GET', '/', { Connection: 'Upgrade', Upgrade: 'websocket' })],
  ['an expectation', () => headOf('POST', '/classify', { Expect: 'a miracle', 'Content-Length': 0 })],
  ['ranges', () => headOf('GET', '/', { Range: `bytes=${'0-1,'.repeat(500)}0-` })],
  ['an unknown method', () => 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n'],
  [
    'many requests at once',
    (next) =>
      Buffer.concat([
        ...Array(whole(next, 2, 50)).fill(Buffer.from('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')),
        headOf('GET', '/healthz'),
      ]),
  ],
  [
    'a request in a request',
    () =>
      'POST /classify HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n',
  ],
];

/** Requests that are none. */
export const requests: Family = (next) => {
  const [kind, make] = pick(next, raw);
  const bytes = make(next);
  return {
    kind,
    pieces: () => [typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes],
    hangsUp: true,
  };
};
