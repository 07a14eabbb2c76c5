// What is promised of forms that are read in one go: the very files that the parser of streams finds, or it is asked.
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createByteBudget } from '../../../serve/memory/byte-budget.ts';
import { readForm } from '../../../serve/upload/multipart.ts';
import { type FormFile, plainPart, readPlainForm } from '../../../serve/upload/plain-form.ts';

const plain = plainPart('img');
const boundary = 'a-boundary';
const type = `multipart/form-data; boundary=${boundary}`;

function part(bytes: Uint8Array, headers: string): Buffer {
  return Buffer.concat([Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`), bytes, Buffer.from('\r\n')]);
}

function form(parts: readonly Buffer[], end = `--${boundary}--\r\n`): Buffer {
  return Buffer.concat([...parts, Buffer.from(end)]);
}

const disposition = (name: string, filename: string) =>
  `Content-Disposition: form-data; name="${name}"; filename="${filename}"`;

/** What the parser of streams says: files, or the message of its refusal. */
async function streamed(body: Buffer, most = 64): Promise<FormFile[] | string> {
  const memory = createByteBudget(10_000_000)();
  const stream = Readable.from([body]);
  try {
    return await readForm({ stream, type, announced: undefined, limit: 1_000_000, memory }, most);
  } catch (error) {
    return String(error);
  }
}

function shown(said: readonly FormFile[] | string) {
  if (typeof said === 'string') return said;
  return said.map(({ name, content }) => ({
    name,
    bytes: content instanceof Uint8Array ? Buffer.from(content).toString('hex') : content.message,
  }));
}

describe('forms as clients write them', () => {
  const bytes = Buffer.from('any\r\nbytes\0--a-boundary');
  test.each([
    ['curl', form([part(bytes, `${disposition('img', 'cat.png')}\r\nContent-Type: image/png`)])],
    ['no type', form([part(bytes, disposition('img', 'a b.jpg'))])],
    ['no line break at the end', form([part(bytes, disposition('img', 'x'))], `--${boundary}--`)],
    [
      'several files, headers in small letters',
      form([part(bytes, disposition('img', 'x').toLowerCase()), part(bytes, disposition('img', 'y'))]),
    ],
  ])('%s: read in one go', async (_, body) => {
    const files = readPlainForm(body, type, plain, 64);
    expect(files && shown(files)).toEqual(shown(await streamed(body)));
  });

  const body = form([part(bytes, disposition('img', 'x'))]);

  test.each([
    ['in quotes', `multipart/form-data; boundary="${boundary}"`],
    ['without a blank, in capital letters', `MULTIPART/FORM-DATA;BOUNDARY=${boundary}`],
  ])('a boundary %s', (_, spelled) => {
    expect(readPlainForm(body, spelled, plain, 64)).toHaveLength(1);
  });

  test.each([
    'multipart/form-data',
    ` multipart/form-data; boundary=${boundary}`,
    `multipart/form-data; boundary=${boundary}; charset=utf-8`,
  ])('but not of the type "%s"', (spelled) => {
    expect(readPlainForm(body, spelled, plain, 64)).toBeUndefined();
    const other = Buffer.from(body.toString('latin1').replaceAll(boundary, 'undefined'), 'latin1');
    expect(readPlainForm(other, spelled, plain, 64)).toBeUndefined();
  });

  test('a part with headers of 512 bytes at most', () => {
    const named = (length: number) => {
      const name = 'x'.repeat(length - disposition('img', '').length);
      return form([part(bytes, disposition('img', name)), part(bytes, disposition('img', name))]);
    };
    expect(readPlainForm(named(512), type, plain, 64)).toHaveLength(2);
    expect(readPlainForm(named(513), type, plain, 64)).toBeUndefined();
  });
});

describe('forms for the parser of streams', () => {
  const bytes = Buffer.from('bytes');
  const good = part(bytes, disposition('img', 'x'));
  test.each([
    ['another field', form([part(bytes, disposition('file', 'x'))])],
    ['text', form([part(bytes, 'Content-Disposition: form-data; name="img"')])],
    ['a name to decode', form([part(bytes, disposition('img', 'caf%C3%A9.png'))])],
    ['a path', form([part(bytes, disposition('img', 'C:\\cat.png'))])],
    ['an empty file', form([part(Buffer.alloc(0), disposition('img', 'x'))])],
    ['no end', form([good], '')],
    ['no end of the headers', form([Buffer.from(`--${boundary}\r\n${disposition('img', 'x')}\r\n`)], '')],
    ['another end', form([good], `--${boundary}xx`)],
    ['two other bytes after it', form([good], `--${boundary}--xx`)],
    ['something before it', Buffer.concat([Buffer.from('hello\r\n'), form([good])])],
    ['something after it', Buffer.concat([form([good]), Buffer.from('hello')])],
    ['another header', form([part(bytes, `${disposition('img', 'x')}\r\nContent-Transfer-Encoding: 7bit`)])],
    ['nothing', Buffer.alloc(0)],
  ])('%s', (_, body) => {
    expect(readPlainForm(body, type, plain, 64)).toBeUndefined();
  });

  test('too many files', () => {
    expect(readPlainForm(form([good, good, good]), type, plain, 2)).toBeUndefined();
  });
});

test('whatever is changed in a form, one parser does not contradict the other', async () => {
  const content = fc.uint8Array({ minLength: 1, maxLength: 40 });
  const change = fc.record({
    at: fc.nat(),
    with: fc.constantFrom('\r\n', '--', boundary, '"', '\r', '', 'x'),
  });
  let inOneGo = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { minLength: 1, maxLength: 3 }),
      fc.option(change),
      async (all, made) => {
        let body = form(all.map((bytes, i) => part(bytes, disposition('img', `${i}.png`))));
        if (made !== null) {
          const at = made.at % body.length;
          body = Buffer.concat([body.subarray(0, at), Buffer.from(made.with), body.subarray(at + 1)]);
        }
        const files = readPlainForm(body, type, plain, 64);
        if (files === undefined) return;
        inOneGo++;
        const other = await streamed(body);
        expect(shown(other)).toEqual(shown(files));
      },
    ),
    { numRuns: 1000, seed: 7 },
  );
  expect(inOneGo).toBeGreaterThan(300);
});
