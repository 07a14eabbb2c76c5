// What is promised of the forms in which pictures come: the same answer in each, and plain words for what is none.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeUpload } from '../decode/decode-upload.ts';
import { colors, openTestApp, refusal } from '../harness.ts';
import { busy, plain } from '../pictures.ts';

let server: Awaited<ReturnType<typeof openTestApp>>;

beforeAll(async () => {
  server = await openTestApp({
    models: [{ seed: 1 }, { seed: 2 }, colors],
    limits: { jsonBytes: 100_000, picturesPerRequest: 4 },
  });
});
afterAll(() => server.close());

function post(body: BodyInit, query = '?model=colors', path = '/classify') {
  return server.app.request(path + query, { method: 'POST', body });
}

async function predictions(response: Response) {
  const body = await response.json();
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body.predictions;
}

/** A picture as nested arrays, `[H][W][C]`. */
async function nested(bytes: Uint8Array): Promise<number[][][]> {
  const { data, width, height, channels } = await decodeUpload(bytes);
  const row = (y: number) =>
    Array.from({ length: width }, (_, x) => {
      const at = (y * width + x) * channels;
      return [...data.subarray(at, at + channels)];
    });
  return Array.from({ length: height }, (_, y) => row(y));
}

test('one picture as the body, in a form, in base64 and as pixels: one answer', async () => {
  const bytes = await busy('png', 40, 30);
  const base64 = bytes.toString('base64');
  const form = new FormData();
  form.append('img', new Blob([new Uint8Array(bytes)]), 'a.png');
  const pixels = await nested(bytes);
  const expected = await predictions(await post(new Uint8Array(bytes)));
  for (const body of [
    form,
    JSON.stringify({ image: base64 }),
    JSON.stringify({ image: `data:image/png;base64,${base64}` }),
    JSON.stringify({ image: base64.replace(/.{76}/g, '$&\n') }),
    ` \n${JSON.stringify({ pixels })}`,
    JSON.stringify(pixels),
  ]) {
    expect(await predictions(await post(body))).toEqual(expected);
  }
});

test('gray pixels are a gray picture', async () => {
  const gray = [
    [0, 255, 10],
    [9, 8, 7],
  ];
  const rgb = gray.map((row) => row.map((value) => [value, value, value]));
  const one = gray.map((row) => row.map((value) => [value]));
  const expected = await predictions(await post(JSON.stringify(rgb)));
  expect(await predictions(await post(JSON.stringify(gray)))).toEqual(expected);
  expect(await predictions(await post(JSON.stringify(one)))).toEqual(expected);
});

describe('several pictures', () => {
  test('of a form, with their names, in their order; a bad one does not spoil the others', async () => {
    const form = new FormData();
    form.append('img', new Blob([new Uint8Array(await plain('red'))]), 'red.png');
    form.append('img', new Blob(['no picture']), 'notes.txt');
    form.append('img', new Blob([new Uint8Array(await plain('blue'))]), 'blue.png');
    const response = await post(form, '?model=colors&top=1');
    expect(response.status).toBe(200);
    const { model, version, results } = await response.json();
    expect([model, version]).toEqual(['colors', 1]);
    const [red, notes, blue] = results;
    expect(red).toMatchObject({ file: 'red.png', predictions: [{ label: red.label }] });
    expect(blue).toMatchObject({ file: 'blue.png', predictions: [{ label: blue.label }] });
    expect(notes).toEqual({
      file: 'notes.txt',
      status: 415,
      error: expect.stringContaining('expected a picture'),
    });
    const alone = await predictions(await post(new Uint8Array(await plain('blue')), '?model=colors&top=1'));
    expect(blue.predictions).toEqual(alone);
  });

  test('in JSON, also a list of one, and as pixels', async () => {
    const image = (await plain('red')).toString('base64');
    const list = await (await post(JSON.stringify({ images: [image] }))).json();
    expect(list.results).toHaveLength(1);
    const pixels = await nested(await plain('red'));
    const both = await (await post(JSON.stringify({ pixels: [pixels, pixels] }))).json();
    expect(both.results).toHaveLength(2);
    expect(both.results[1].predictions).toEqual(list.results[0].predictions);
  });

  describe('a bad one has its own error in its place', () => {
    const formOf = (...parts: [string, Blob | string, string?][]) => {
      const form = new FormData();
      for (const [name, value, file] of parts)
        if (typeof value === 'string') form.append(name, value);
        else form.append(name, value, file);
      return form;
    };
    /** Of bodies with a red picture beside a bad one. */
    const bodies: [string, (red: Buffer<ArrayBuffer>) => unknown, number, RegExp][] = [
      [
        'an empty file of a form',
        (red) => formOf(['img', new Blob([red]), 'a'], ['img', new Blob([]), 'b']),
        1,
        /empty file/,
      ],
      [
        'text in a form',
        (red) => formOf(['img', 'hello'], ['img', new Blob([red]), 'a']),
        0,
        /received text in the field "img"/,
      ],
      [
        'a file in another field',
        (red) => formOf(['img', new Blob([red]), 'a'], ['photo', new Blob([red]), 'b']),
        1,
        /field "photo", expected it in "img"/,
      ],
      ['no base64', (red) => ({ images: [red.toString('base64'), 'a picture!'] }), 1, /a picture in base64/],
      ['an empty text', (red) => ({ images: ['', red.toString('base64')] }), 0, /a picture in base64/],
      ['a number', (red) => ({ images: [3, red.toString('base64')] }), 0, /a picture in base64/],
      ['null', (red) => ({ images: [red.toString('base64'), null] }), 1, /a picture in base64/],
      [
        'a pixel of 256',
        () => ({ pixels: [[[[255, 0, 0]]], [[[256, 0, 0]]]] }),
        1,
        /pixel 0 of row 0: received 256/,
      ],
      ['a first picture without rows', () => ({ pixels: [[], [[[255, 0, 0]]]] }), 0, /nested 1 deep/],
      ['a number among pictures', () => [[[[255, 0, 0]]], 7], 1, /nested 0 deep/],
    ];

    test.each(bodies)('%s', async (_, make, bad, error) => {
      const body = make(Buffer.from(await plain('red')));
      const response = await post(body instanceof FormData ? body : JSON.stringify(body), '?top=1');
      const { results } = await response.json();
      expect(response.status, JSON.stringify(results)).toBe(200);
      expect(results).toHaveLength(2);
      expect(results[bad]).toEqual({
        ...(results[bad].file && { file: expect.any(String) }),
        error: expect.stringMatching(error),
        status: 400,
      });
      expect(results[1 - bad]).toMatchObject({ label: expect.any(String), predictions: [expect.anything()] });
    });
  });

  test('all bad: the status of the first', async () => {
    const response = await post(JSON.stringify({ images: ['bm9uZQ==', 'bm9uZQ=='] }));
    expect(response.status).toBe(415);
    expect((await response.json()).results).toHaveLength(2);
  });

  test('more than may be are 400', async () => {
    const form = new FormData();
    for (let i = 0; i < 5; i++) form.append('img', new Blob(['x']), 'x');
    expect(await refusal(await post(form))).toMatchObject({ status: 400, error: /more than 4 parts/ });
    const images = Array.from({ length: 5 }, () => 'eA==');
    expect(await refusal(await post(JSON.stringify({ images })))).toMatchObject({
      status: 400,
      error: 'received 5 pictures, expected 4 at most',
    });
  });
});

test.each([
  ['{"image": 3}', /received \{"image": number\}; expected one of \{"image"/],
  ['{"image": ""}', /received \{"image": string\}/],
  ['{"image": "a picture!"}', /a picture in base64/],
  ['{"img": "eA=="}', /received \{"img": string\}/],
  ['{"image": "eA==", "top": 3}', /received \{"image": string, "top": number\}/],
  ['{"images": []}', /received \{"images": array\}/],
  ['{"image', /failed to parse the JSON of the request/],
  ['[]', /nested 1 deep/],
  ['[[]]', /row 0: received an array of 0/],
  ['[[1, 2], [3]]', /row 1 has 1 pixels, row 0 has 2/],
  ['[[[1, 2]]]', /pixels of 2 channels/],
  ['[[[1, 2, 3], [1, 2, 3, 4]]]', /pixel 1 of row 0 has 4 channels, the first has 3/],
  ['[[1, 256]]', /pixel 1 of row 0: received 256; expected rows of pixels/],
  ['[[0.5]]', /pixel 0 of row 0: received 0.5/],
  ['[[1, "2"]]', /received "2"/],
  ['[[1], [[2]]]', /received an array of 1/],
  ['[[[1], 2]]', /pixel 1 of row 0: received 2/],
  [`[[1], [${'['.repeat(40)}${']'.repeat(40)}]]`, /received an array of 1/],
  [`${'['.repeat(40)}${']'.repeat(40)}`, /nested 40 deep/],
  [`${'['.repeat(40_000)}${']'.repeat(40_000)}`, /nested deeper than 64 arrays and objects/],
  ['{"pixels": 3}', /received \{"pixels": number\}/],
])('%.30s is 400 and says why', async (body, error) => {
  expect(await refusal(await post(body))).toEqual({ status: 400, error: expect.stringMatching(error) });
});

test('more JSON than may be is 413, and says what to send', async () => {
  const got = await refusal(await post(JSON.stringify({ image: 'e'.repeat(100_000) })));
  expect(got).toEqual({ status: 413, error: expect.stringContaining('send the picture itself') });
});

describe('the address names the model', () => {
  test('and its version, or takes the newest', async () => {
    const body = () => new Uint8Array(Buffer.from(png));
    const png = await busy('png');
    const newest = await (await post(body(), '', '/models/digits/classify')).json();
    const first = await (await post(body(), '?top=1', '/models/digits/versions/1/classify')).json();
    expect([newest.version, first.version, first.predictions.length]).toEqual([2, 1, 1]);
    expect(newest.predictions).toEqual((await (await post(body(), '?model=digits')).json()).predictions);
  });

  test.each([
    ['/models/digist/classify', '', 404, /Did you mean digits/],
    ['/models/digits/versions/7/classify', '', 404, /no version 7/],
    ['/models/digits/versions/one/classify', '', 404, /there is nothing at/],
    ['/models/digits/classify', '?model=colors', 400, /option "model"/],
  ])('%s%s is %i', async (path, query, status, error) => {
    expect(await refusal(await post('x', query, path))).toEqual({
      status,
      error: expect.stringMatching(error),
    });
  });
});
