// Attacks by what is around a body: compression that unpacks to very much or is none, marks, and clients that ask first.
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { plain } from '../pictures.ts';
import { type Attack, type Family, headOf, noise, pick, post, whole } from './attack.ts';
import { formWith } from './forms.ts';

const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const doubleBomb = gzipSync(bomb);

const names = [
  'gzip',
  'GZIP',
  'x-gzip',
  'deflate',
  'Deflate',
  'gzip, gzip',
  'identity',
  'br',
  'zstd',
  'gzip;q=1',
  ',',
];
const targets = ['/classify', '/v2/models/colors/infer'];

/** `Content-Encoding`, true and false. */
export const compressed: Family = async (next) => {
  const encoding = pick(next, names);
  const picture = await plain('red');
  const [kind, body] = pick<[string, Uint8Array]>(next, [
    ['bomb', bomb],
    ['bomb in a bomb', doubleBomb],
    ['gzip', gzipSync(picture)],
    ['gzip, cut off', gzipSync(picture).subarray(0, whole(next, 1, 60))],
    ['deflate', deflateSync(picture)],
    ['bare deflate', deflateRawSync(picture)],
    ['form', gzipSync(formWith(picture).body)],
    ['noise', noise(next, whole(next, 0, 2_000))],
    ['nothing', Buffer.alloc(0)],
  ]);
  const type = kind === 'form' ? formWith(picture).type : 'image/png';
  const headers = { 'Content-Encoding': encoding, 'Content-Type': type };
  return post(`${kind} as ${encoding}`, pick(next, targets), body, headers);
};

/** Byte order marks in front of JSON that is right, cut off, or none. */
export const marked: Family = async (next) => {
  const text = pick(next, [
    JSON.stringify({ image: (await plain('blue')).toString('base64') }),
    '[[0, 255], [255, 0]]',
    '{',
    '',
    '\ufeff{}',
  ]);
  const body = pick(next, [
    Buffer.from(`\ufeff${text}`),
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    Buffer.from(`\ufeff${text}  `, 'utf16le').swap16(),
    Buffer.from(text, 'utf16le'),
    Buffer.from(`\ufeff${text}`, 'utf16le').subarray(0, -1),
  ]);
  return post('JSON behind a mark', pick(next, targets), body);
};

/** Clients that ask whether they may send, and then do, do not, or did not wait for the answer. */
export const asking: Family = async (next): Promise<Attack> => {
  const picture = await plain('green');
  const length = pick(next, [picture.length, picture.length, 1e9, 0]);
  const head = headOf('POST', pick(next, ['/classify', '/classify?model=none', '/nothing', '/docs']), {
    Expect: pick(next, ['100-continue', '100-Continue', '100-continue, 100-continue', '']),
    'Content-Length': length,
  });
  const sends = next() < 0.7;
  return {
    kind: `asks for ${length} bytes and sends ${sends ? 'some' : 'none'}`,
    pieces: () => (sends ? [head, picture] : [head]),
    hangsUp: true,
  };
};
