// Attacks by the form around the picture: broken, cut off, too long, or full of traps.
import { plain } from '../pictures.ts';
import { type Family, headOf, type Next, noise, pick, post, whole } from './attack.ts';

const BOUNDARY = 'x-boundary';

/** A form as curl sends it, unless `head` says otherwise. */
export function formWith(
  picture: Uint8Array,
  head = 'Content-Disposition: form-data; name="img"; filename="a.png"\r\nContent-Type: image/png',
): { body: Buffer; type: string } {
  const body = Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n`, 'latin1'),
    picture,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
  return { body, type: `multipart/form-data; boundary=${BOUNDARY}` };
}

const heads: readonly [kind: string, head: (next: Next) => string][] = [
  ['no name', () => 'Content-Disposition: form-data; filename="a"'],
  ['another name', () => 'Content-Disposition: form-data; name="__proto__"; filename="a"'],
  ['no disposition', () => 'X: y'],
  ['no head', () => ''],
  ['a path for a name', () => 'Content-Disposition: form-data; name="img"; filename="../../../etc/passwd"'],
  ['a zero in the name', () => 'Content-Disposition: form-data; name="img\0"; filename="a\0.png"'],
  ['a name without end', () => 'Content-Disposition: form-data; name="img'],
  [
    'a long name',
    (next) => `Content-Disposition: form-data; name="img"; filename="${'a'.repeat(whole(next, 1e3, 1e5))}"`,
  ],
  [
    'many head lines',
    (next) => `${'X: y\r\n'.repeat(whole(next, 100, 20_000))}Content-Disposition: form-data; name="img"`,
  ],
  ['a broken charset', () => `Content-Disposition: form-data; name="img"; filename*=utf-9''%ff%fe`],
  [
    'base64',
    () => 'Content-Disposition: form-data; name="img"; filename="a"\r\nContent-Transfer-Encoding: base64',
  ],
  [
    'a form in a form',
    () => 'Content-Disposition: form-data; name="img"\r\nContent-Type: multipart/mixed; boundary=y',
  ],
];

const types = [
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary="',
  `multipart/form-data; boundary=${'b'.repeat(5_000)}`,
  'multipart/form-data; boundary=other',
  'multipart/form-data; boundary=x-boundary; boundary=y',
  'multipart/; boundary=x-boundary',
  'MULTIPART/FORM-DATA;BOUNDARY=x-boundary',
  'multipart/form-data; charset=utf-16; boundary=x-boundary',
];

/** A form that is wrong somewhere. */
export const broken: Family = async (next) => {
  const picture = await plain('red');
  const { body, type } = formWith(picture);
  const headers = { 'Content-Type': type };
  switch (whole(next, 0, 4)) {
    case 0: {
      const [kind, head] = pick(next, heads);
      return post(`form with ${kind}`, '/classify', formWith(picture, head(next)).body, headers);
    }
    case 1:
      return post('form of a strange type', '/classify', body, { 'Content-Type': pick(next, types) });
    case 2: {
      const cutOff = body.subarray(0, whole(next, 0, body.length - 1));
      return post('form cut off', '/classify', cutOff, headers);
    }
    case 3: {
      const part = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${pick(next, ['img', 'a', 'top'])}"\r\n\r\nx\r\n`;
      const many = part.repeat(whole(next, 2, 3_000));
      return post('form of many parts', '/classify', `${many}--${BOUNDARY}--\r\n`, headers);
    }
    default: {
      const bytes = Buffer.from(body);
      for (let i = 0; i < 4; i++) bytes[whole(next, 0, 120)] = whole(next, 0, 255);
      return post('form with bytes changed', '/classify', bytes, headers);
    }
  }
};

/** A body that never ends, in chunks; the server has to put an end to it. */
export const endless: Family = (next) => {
  const type = pick(next, [`multipart/form-data; boundary=${BOUNDARY}`, 'image/png', 'application/json']);
  const head = headOf('POST', '/classify', { 'Content-Type': type, 'Transfer-Encoding': 'chunked' });
  const starts = [
    '',
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="img"; filename="a"\r\n\r\n`,
    `--${BOUNDARY}\r\nX: `,
    '[[[[',
    '{"image":"',
  ];
  const start = Buffer.from(pick(next, starts));
  const filling =
    next() < 0.5 ? noise(next, 65_536) : Buffer.alloc(65_536, pick(next, ['a', '\r\n', '-', '[']));
  return {
    kind: `endless ${type}`,
    deaf: true,
    *pieces() {
      yield head;
      if (start.length > 0) yield chunked(start);
      for (;;) yield chunked(filling);
    },
  };
};

function chunked(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}
