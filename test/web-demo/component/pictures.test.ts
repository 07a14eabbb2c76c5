// A picture file is the same pixels on the page as on the server, whatever its EXIF says and however large it is; Chromium
// decodes it, our reader of headers turns it. What Chromium decodes otherwise is named here.
import { createServer, type Server } from 'node:http';
import { build } from 'esbuild';
import fc from 'fast-check';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { flattenAlpha } from '../../../models/image/alpha.ts';
import { decodePicture } from '../../../models/image/decode/decode.ts';
import { Damaged } from '../../../models/image/file/damaged.ts';
import { detectFormat, isDecodable } from '../../../models/image/file/format.ts';
import { readHeader } from '../../../models/image/file/header.ts';
import { chromium } from '../../browser.ts';
import { type CorpusFile, jpegParts, jpegs } from '../../models/image/corpus/jpegs.ts';
import { pngs } from '../../models/image/corpus/pngs.ts';
import { webps } from '../../models/image/corpus/webps.ts';

const SEED = Number(process.env.SEED ?? 1);
const FILES = Number(process.env.FILES ?? 60);

/** Pixels on white, or what the page says. */
type Outcome = { size: [number, number]; rgb: Buffer } | string;

let browser: Browser;
let page: Page;
let host: Server;

beforeAll(async () => {
  const source = new URL('../../../web-demo/component/source.ts', import.meta.url).pathname;
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'source',
  });
  host = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html>');
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  browser = await launcher.launch(await chromium());
  page = await browser.newPage();
  const address = host.address();
  await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  host?.close();
});

async function onPage(files: readonly Uint8Array[]): Promise<Outcome[]> {
  const read = await page.evaluate(
    async (all) => {
      // @ts-expect-error: the script that was added
      const { readPicture } = source;
      const out: ({ width: number; height: number; rgba: string } | string)[] = [];
      for (const base64 of all) {
        try {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          const { width, height, data } = await readPicture(new Blob([bytes]));
          let rgba = '';
          for (let at = 0; at < data.length; at += 8192)
            rgba += String.fromCharCode(...data.subarray(at, at + 8192));
          out.push({ width, height, rgba: btoa(rgba) });
        } catch (error) {
          out.push(error instanceof Error ? error.message : String(error));
        }
      }
      return out;
    },
    files.map((bytes) => Buffer.from(bytes).toString('base64')),
  );
  return read.map((one) => {
    if (typeof one === 'string') return one;
    const { width, height, rgba } = one;
    const data = new Uint8Array(Buffer.from(rgba, 'base64'));
    return {
      size: [width, height],
      rgb: Buffer.from(flattenAlpha({ data, width, height, channels: 4 }).data),
    };
  });
}

async function onServer(bytes: Uint8Array): Promise<Outcome> {
  const format = detectFormat(bytes);
  if (!isDecodable(format)) throw new Error(`it is ${format.name}`);
  try {
    const picture = await decodePicture(bytes, readHeader(bytes, format));
    const { data, width, height } = flattenAlpha(picture);
    return { size: [width, height], rgb: Buffer.from(data) };
  } catch (error) {
    if (error instanceof Damaged) return error.message;
    throw error;
  }
}

/** What Chromium decodes otherwise, or refuses. */
const otherwise: Readonly<Record<string, RegExp>> = {
  JPEG: /^(CMYK|YCCK|arithmetic|lossless|12 bits)|(no|without) EOI/,
  PNG: /^(no IEND|wrong Adler-32|an unknown critical chunk|bits of the palette out of range)|"color":[46]|"transparency":[1-4]/,
  WebP: /alpha|profile/,
};

const kinds: readonly [string, () => fc.Arbitrary<CorpusFile> | Promise<fc.Arbitrary<CorpusFile>>][] = [
  ['JPEG', () => jpegs(jpegParts())],
  ['PNG', () => pngs],
  ['WebP', webps],
];

test.each(kinds)('%s: the pixels of the server, upright, whatever is odd', async (name, make) => {
  const files = fc
    .sample(await make(), { numRuns: FILES, seed: SEED })
    .filter(({ what }) => otherwise[name]?.test(what) !== true);
  const read = await onPage(files.map(({ bytes }) => bytes));
  let same = 0;
  for (const [i, { what, bytes }] of files.entries()) {
    const server = await onServer(bytes);
    const here = read[i] ?? '';
    if (typeof server === 'string') expect(here, what).toBeTypeOf('string');
    else {
      expect(typeof here === 'string' ? here : here.size, what).toEqual(server.size);
      if (typeof here !== 'string') expect(here.rgb.equals(server.rgb), what).toBe(true);
      same++;
    }
  }
  expect(same).toBeGreaterThan(FILES / 10);
});

test('a photograph of twelve megapixels keeps all of its pixels', async () => {
  const [width, height] = [64, 4100];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7 + (i >> 9)) & 255);
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const [read] = await onPage([png]);
  expect(read).toMatchObject({ size: [width, height] });
  expect(typeof read === 'object' && read.rgb.equals(Buffer.from(pixels))).toBe(true);
});

test('what the browser cannot read is named, with what to do', async () => {
  const files = [
    Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
    Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'),
    await sharp(Buffer.alloc(300), { raw: { width: 10, height: 10, channels: 3 } })
      .tiff()
      .toBuffer(),
  ];
  expect(await onPage(files)).toEqual([
    expect.stringMatching(
      /^That file is HEIC, not a picture that this browser can read: turn it into JPEG or PNG/,
    ),
    expect.stringMatching(/^That file is a Git LFS pointer, .*git lfs pull\.$/),
    'That TIFF file is damaged, or of a kind that this browser cannot read.',
  ]);
});
