// What is promised of a request's pictures: whatever form they come in, and however their bytes arrive, the very same.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { describe, expect, test, vi } from 'vitest';
import { readRequestPictures } from '../../../serve/forms/read.ts';
import { orRefusal, type RequestPictures } from '../../../serve/forms/request-pictures.ts';
import type { AppEnv } from '../../../serve/http/context.ts';
import { awaitContinue } from '../../../serve/http/expect-continue.ts';
import type { RequestMemory } from '../../../serve/memory/byte-budget.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { limitsWith } from '../../../serve/settings/limits.ts';

const KiB = 1024;
const limits = limitsWith({ bodyBytes: 3000 * KiB, jsonBytes: 1536 * KiB, picturesPerRequest: 3 });

function memory() {
  return {
    reserve: vi.fn(),
    buffer: vi.fn((bytes: number) => Buffer.alloc(bytes, 7)),
    free: vi.fn(),
    release: vi.fn(),
  } satisfies RequestMemory;
}

/** Reads what a request sends: by the web's own stream, or by Node's where `env` has one. */
async function read(init: RequestInit, env: AppEnv['Bindings'] = {}, own: RequestMemory = memory()) {
  let pictures: Promise<RequestPictures> | undefined;
  const app = new Hono<AppEnv>().post('/', async (c) => {
    pictures = readRequestPictures(c, limits, own);
    await pictures.catch(() => {});
    return c.body(null);
  });
  await app.request('/', { method: 'POST', ...init }, env);
  return pictures;
}

/** A request as Node has it, with its body in chunks. */
function incoming(chunks: readonly Uint8Array[], headers: Record<string, string> = {}): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  Object.assign(message.headers, headers);
  for (const chunk of chunks) message.push(chunk);
  message.push(null);
  return message;
}

const bytes = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 7 + 1) & 127));
const halves = (body: Uint8Array<ArrayBuffer>) => [
  body.slice(0, body.length >> 1),
  body.slice(body.length >> 1),
];
/** Bytes as a text, which is compared quickly. */
const text = (body: Uint8Array) => Buffer.from(body).toString('latin1');
const encoded = (body: Uint8Array) => ({ picture: { kind: 'encoded', bytes: text(body) } });
const json = (value: unknown) => ({ body: JSON.stringify(value) });

const plain = (got: RequestPictures | undefined) => ({
  ...got,
  pictures: got?.pictures.map(({ picture, ...rest }) => ({
    ...rest,
    ...('kind' in picture && picture.kind === 'encoded' ? encoded(picture.bytes) : { picture }),
  })),
});

describe('a body that is a picture', () => {
  test.each([1, 2, 4 * KiB - 1, 4 * KiB, 1024 * KiB, 1024 * KiB + 1])(
    'of %d bytes is those bytes, in memory that is used again where it is neither small nor large',
    async (length) => {
      const body = bytes(length);
      const expected = { many: false, pictures: [encoded(body)] };
      const isPooled = length >= 4 * KiB && length <= 1024 * KiB;
      for (const isNode of [false, true]) {
        const own = memory();
        const env = isNode ? { incoming: incoming(halves(body)) } : {};
        expect(plain(await read({ body }, env, own))).toEqual(expected);
        expect(own.buffer.mock.calls).toEqual(isPooled ? [[length]] : []);
        // Chunks of a web stream may be somebody else's, too.
        expect(own.free.mock.calls.flat(2).map(({ length }) => length)).toEqual(
          isPooled && isNode ? halves(body).map(({ length }) => length) : [],
        );
      }
    },
  );

  test('is asked for once it is wanted, and refused unasked where it is too long', async () => {
    for (const [length, asked] of [
      [9, 1],
      [3001 * KiB, 0],
    ] as const) {
      const message = incoming([bytes(9)], { 'content-length': String(length) });
      const outgoing = new ServerResponse(message);
      const writeContinue = vi.spyOn(outgoing, 'writeContinue').mockReturnValue();
      awaitContinue(outgoing);
      const pictures = read({}, { incoming: message, outgoing });
      if (asked) await pictures;
      else await expect(pictures).rejects.toMatchObject({ status: 413 });
      expect(writeContinue).toHaveBeenCalledTimes(asked);
    }
  });

  test('is unpacked as its header says', async () => {
    const body = gzipSync(bytes(100));
    const headers = { 'content-encoding': 'gzip' };
    expect(plain(await read({ body, headers }))).toEqual({ many: false, pictures: [encoded(bytes(100))] });
    await expect(read({ body, headers: { 'content-encoding': 'br' } })).rejects.toMatchObject({
      status: 415,
    });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['no body', () => read({})],
    ['an empty one', () => read({ body: '' })],
    ['an empty one of Node', () => read({}, { incoming: incoming([]) })],
  ])('of nothing is 400: %s', async (_, pictures) => {
    await expect(pictures()).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('received an empty body, expected a picture'),
    });
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      'to its end',
      async () => {
        const message = incoming([bytes(9)]);
        for await (const _ of message);
        return read({}, { incoming: message });
      },
    ],
    [
      'and is still being read',
      () => {
        const message = incoming([bytes(9)]);
        message.resume();
        return read({}, { incoming: message });
      },
    ],
    ['and a reader holds it', () => locked((body) => void body?.getReader())],
    ['and cancelled', () => locked((body) => void body?.cancel())],
  ])('that was read before, %s, is 400 and says where to mount what reads it', async (_, pictures) => {
    await expect(pictures()).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('the body was read before it came here: mount this handler before'),
    });
  });

  /** A request whose body something else takes before it is read. */
  async function locked(take: (body: Request['body']) => void) {
    const app = new Hono<AppEnv>().onError((error) => {
      throw error;
    });
    app.post('/', async (c) => {
      take(c.req.raw.body);
      await readRequestPictures(c, limits, memory());
      return c.body(null);
    });
    return app.request('/', { method: 'POST', body: 'x' });
  }

  test('whose client goes away ends', async () => {
    const control = new AbortController();
    const body = new ReadableStream({ start: (stream) => stream.enqueue(bytes(9)) });
    const pictures = read({ body, duplex: 'half', signal: control.signal } as RequestInit);
    setImmediate(() => control.abort());
    await expect(pictures).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('the body ended'),
    });
  });
});

describe('a form', () => {
  const formOf = (files: readonly [field: string, name: string, value: string][]) => {
    const form = new FormData();
    for (const [field, name, value] of files) form.append(field, new Blob([value]), name);
    return form;
  };

  test('is its files, with their names and what is wrong in their places', async () => {
    const one = formOf([['img', 'a.png', 'one']]);
    const first = { file: 'a.png', ...encoded(Buffer.from('one')) };
    expect(plain(await read({ body: one }))).toEqual({ many: false, pictures: [first] });
    const two = formOf([
      ['img', 'a.png', 'one'],
      ['photo', 'b.png', 'two'],
    ]);
    expect(plain(await read({ body: two }))).toEqual({
      many: true,
      pictures: [
        first,
        {
          file: 'b.png',
          picture: expect.objectContaining({ status: 400, message: expect.stringContaining('"photo"') }),
        },
      ],
    });
  });

  test('is one by its type, in any case, and by nothing else', async () => {
    const response = new Response(formOf([['img', 'a.png', 'one']]));
    const body = Buffer.from(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    const typed = (content: string) => read({ body, headers: { 'content-type': content } });
    const loud = await typed(type.replace('multipart/form-data', 'MULTIPART/Form-Data'));
    expect(loud?.pictures.map(({ file }) => file)).toEqual(['a.png']);
    expect(plain(await typed(`text/multipart/; ${type}`))).toEqual({
      many: false,
      pictures: [encoded(body)],
    });
  });

  test('has as many files as may be', async () => {
    const files = (n: number) => ({
      body: formOf(Array.from({ length: n }, (_, i) => ['img', `${i}`, 'x'])),
    });
    expect((await read(files(3)))?.pictures).toHaveLength(3);
    await expect(read(files(4))).rejects.toMatchObject({ status: 400 });
  });
});

describe('JSON', () => {
  const base64 = bytes(30).toString('base64');
  const picture = encoded(bytes(30));
  const gray = { data: Uint8Array.of(0, 255, 9, 8), width: 2, height: 2, channels: 1 };
  const grayRows = [
    [0, 255],
    [9, 8],
  ];
  const tall = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 1, height: 2, channels: 3 };
  const tallRows = [[[1, 2, 3]], [[4, 5, 6]]];
  const none = (message: string) =>
    expect.objectContaining({ status: 400, message: expect.stringContaining(message) });
  const words = 'expected a picture in base64, with or without "data:image/png;base64," before it';

  test.each<[string, RequestInit, RequestPictures['many'], unknown[]]>([
    ['a file', json({ image: base64 }), false, [picture]],
    ['an address of data', json({ image: `data:image/png;base64,${base64}` }), false, [picture]],
    ['a list of one', json({ images: [base64] }), true, [picture]],
    [
      'as many as may be, and what is none',
      json({ images: [base64, 3, `x,${base64}`] }),
      true,
      [picture, { picture: none(words) }, { picture: none(words) }],
    ],
    ['pixels', json({ pixels: grayRows }), false, [{ picture: { kind: 'picture', picture: gray } }]],
    ['pixels alone', json(grayRows), false, [{ picture: { kind: 'picture', picture: gray } }]],
    [
      'pixels of several, after a blank',
      { body: `\n${JSON.stringify([tallRows, [[[1, 2]]], tallRows])}` },
      true,
      [
        { picture: { kind: 'picture', picture: tall } },
        { picture: none('received pixels of 2 channels') },
        { picture: { kind: 'picture', picture: tall } },
      ],
    ],
  ])('with %s', async (_, init, many, pictures) => {
    expect(plain(await read(init))).toEqual({ many, pictures });
    // By its first byte, whatever its type says.
    const other = { ...init, headers: { 'content-type': 'image/png' } };
    expect(plain(await read(other))).toEqual({ many, pictures });
  });

  test('says in one line what it received, and the forms that it takes', async () => {
    const received = (value: unknown) =>
      read(json(value)).then(
        () => '',
        ({ status, message }) => (status === 400 ? message : status),
      );
    expect(await received({ img: 'x', top: 3, pixels: [], nested: {} })).toBe(
      'received {"img": string, "top": number, "pixels": array, "nested": object}; expected one of ' +
        '{"image": "<base64>"}, {"images": ["<base64>", ...]}, {"pixels": [[0, 255], ...]} or [[0, 255], ...]',
    );
    const long = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}`.padEnd(50, 'x'), i]));
    const shown = Array.from({ length: 8 }, (_, i) => `"${`${i}`.padEnd(40, 'x')}": number`);
    expect(await received(long)).toMatch(`received {${shown.join(', ')}}; expected`);
    for (const wrong of [{ image: '' }, { images: [] }, { pixels: 3 }, { image: base64, images: [base64] }])
      expect(await received(wrong)).toMatch(/^received \{"(image|images|pixels)": .*\}; expected one of/);
    expect(await received({ images: Array.from({ length: 4 }, () => '') })).toBe(
      'received 4 pictures, expected 3 at most',
    );
    expect(await received(Array.from({ length: 4 }, () => tallRows))).toBe(
      'received 4 pictures, expected 3 at most',
    );
    // Four rows are one picture.
    expect((await read(json([...grayRows, ...grayRows])))?.pictures).toHaveLength(1);
  });

  test('may be as long as it may, and no byte longer', async () => {
    const ofLength = (length: number) => ({ body: `{"image": "${'A'.repeat(length - 13)}"}` });
    expect((await read(ofLength(1536 * KiB)))?.pictures).toHaveLength(1);
    await expect(read(ofLength(1536 * KiB + 1))).rejects.toMatchObject({
      status: 413,
      message: 'received more than 1.5 MiB of JSON: send the picture itself as the body',
    });
  });

  test('has no more texts than pictures and a few beside them', async () => {
    const texts = (n: number) => json(Object.fromEntries(Array.from({ length: n }, (_, i) => [i, 0])));
    await expect(read(texts(1003))).rejects.toMatchObject({ status: 400 });
    await expect(read(texts(1004))).rejects.toMatchObject({
      status: 413,
      message: expect.stringContaining('send the picture itself as the body'),
    });
  });
});

test('what is no refusal is a mistake of ours, and stays one', () => {
  const full = new Refusal(503, 'full');
  const thrown = (error: Error) => () =>
    orRefusal(() => {
      throw error;
    });
  expect(thrown(full)()).toBe(full);
  expect(thrown(new TypeError('ours'))).toThrow(TypeError);
});
