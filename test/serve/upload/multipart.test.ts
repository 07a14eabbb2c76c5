// What is promised of forms: their files in order, a bad one in its place, and no difference by how they arrive.
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createByteBudget } from '../../../serve/memory/byte-budget.ts';
import { readForm } from '../../../serve/upload/multipart.ts';
import type { Upload } from '../../../serve/upload/receive.ts';
import { within } from '../../turns.ts';

type Part = [field: string, value: string, file?: string];

/** A form as undici, which is not ours, writes it. */
async function formOf(parts: readonly Part[]): Promise<{ body: Buffer; type: string }> {
  const form = new FormData();
  for (const [field, value, file] of parts) {
    if (file === undefined) form.append(field, value);
    else form.append(field, new Blob([value]), file);
  }
  const response = new Response(form);
  return {
    body: Buffer.from(await response.arrayBuffer()),
    type: response.headers.get('content-type') ?? '',
  };
}

function read(body: Buffer, type: string, most: number, changes: Partial<Upload> = {}, chunk = 7) {
  const chunks = Array.from({ length: Math.ceil(body.length / chunk) }, (_, i) =>
    body.subarray(i * chunk, (i + 1) * chunk),
  );
  const upload = {
    stream: Readable.from(chunks),
    type,
    announced: undefined,
    limit: 1e7,
    memory: createByteBudget(1e9)(),
  };
  return readForm({ ...upload, ...changes }, most);
}

const shown = (files: Awaited<ReturnType<typeof readForm>>) =>
  files.map(({ name, content }) => [
    name,
    content instanceof Uint8Array ? Buffer.from(content).toString() : content.message,
  ]);

/** Every way in which a body comes: while it is parsed, whole, compressed. */
const ways: [string, (body: Buffer) => { body: Buffer; changes?: Partial<Upload>; chunk?: number }][] = [
  ['in pieces', (body) => ({ body })],
  ['in one piece', (body) => ({ body, chunk: 1e9 })],
  ['whole, of a length that is known', (body) => ({ body, changes: { announced: body.length } })],
  ['long', (body) => ({ body, changes: { announced: 1024 * 1024 + 1 } })],
  ['compressed', (body) => ({ body: gzipSync(body), changes: { encodings: ['gzip'] } })],
];

describe.each(ways)('a form that comes %s', (_, sent) => {
  const send = async (parts: readonly Part[], most = 4) => {
    const { body, type } = await formOf(parts);
    const { body: bytes, changes, chunk } = sent(body);
    return read(bytes, type, most, changes, chunk);
  };

  test('has its files in order, with their names', async () => {
    const parts: Part[] = [
      ['img', 'one', 'a.png'],
      ['img', 'two\r\n--x', 'ü.png'],
      ['img', 'one', 'a.png'],
      ['img', 'three', 'a.png'],
    ];
    expect(shown(await send(parts))).toEqual(parts.map(([, value, name]) => [name, value]));
  });

  test('has what is no picture in its place', async () => {
    const files = await send([
      ['img', '', 'empty.png'],
      ['photo', 'x', 'b.png'],
      ['img', 'text'],
      ['img', 'fine', 'c.png'],
    ]);
    expect(shown(files)).toEqual([
      ['empty.png', 'received an empty file in the field "img"'],
      ['b.png', 'received a file in the field "photo", expected it in "img": curl -F img=@picture.png'],
      [undefined, expect.stringContaining('received text in the field "img", expected a file')],
      ['c.png', 'fine'],
    ]);
    for (const { content } of files.slice(0, 3)) expect(content).toMatchObject({ status: 400 });
  });

  test.each<[string, Part[], RegExp]>([
    [
      'other text',
      [
        ['img', 'x', 'a.png'],
        ['top', '3'],
      ],
      /received a field "top", expected only the file "img"/,
    ],
    [
      'more parts than may be',
      Array.from({ length: 5 }, (): Part => ['img', 'x', 'a.png']),
      /received more than 4 parts, expected 4 files at most/,
    ],
    ['no file', [], /received a form without a file, expected "img"/],
  ])('with %s is refused', async (_, parts, message) => {
    await expect(send(parts)).rejects.toMatchObject({ status: 400, message: expect.stringMatching(message) });
  });
});

test('a form that is cut off, or has no boundary, is 400', async () => {
  const { body, type } = await formOf([['img', 'a picture', 'a.png']]);
  for (const length of [body.length - 20, 60, 10])
    await expect(read(body.subarray(0, length), type, 4)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('the multipart body is malformed: '),
    });
  await expect(read(body, 'multipart/form-data', 4)).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('the multipart body cannot be read: '),
  });
});

describe('a form that is wrong at its beginning', () => {
  const MiB = 1024 * 1024;
  test.each<[string, Partial<Upload>, boolean]>([
    ['of no known length', {}, true],
    ['longer than 1 MiB', { announced: MiB + 1 }, true],
    ['of 1 MiB', { announced: MiB }, false],
    ['compressed', { announced: 2 * MiB, encodings: ['gzip'] }, false],
  ])('%s, is refused before its end or not', async (_, changes, isEarly) => {
    const { body, type } = await formOf([
      ['top', '3'],
      ['img', 'x'.repeat(1000), 'a.png'],
    ]);
    const sent = changes.encodings ? gzipSync(body) : body;
    const stream = new PassThrough();
    stream.write(sent.subarray(0, -100));
    const refused = read(body, type, 4, { ...changes, stream });
    const early = await within(20, refused).catch(({ status, message }) => status ?? message);
    expect(early).toEqual(isEarly ? 400 : expect.stringContaining('pending'));
    stream.end(sent.subarray(-100));
    await expect(refused).rejects.toMatchObject({ status: 400 });
  });
});

test('the headers of a part are at most 16 KiB', async () => {
  const form = (bytes: number) =>
    Buffer.from(
      `--b\r\nx: ${'y'.repeat(bytes)}\r\ncontent-disposition: form-data; name="img"; filename="a"\r\n\r\nbytes\r\n--b--\r\n`,
    );
  const type = 'multipart/form-data; boundary=b';
  expect(shown(await read(form(16_000), type, 4))).toEqual([['a', 'bytes']]);
  await expect(read(form(17_000), type, 4)).rejects.toMatchObject({ status: 400 });
});
