// What the page of `clean` asks for: an app without a socket.
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { loadSharp } from '../../models/image/decode/sharp.ts';
import { visible } from '../../models/printable.ts';
import { DiskError } from '../errors.ts';
import { html } from '../report/html.ts';
import type { Decisions } from './decisions.ts';

/** A picture of the list, as the page shows it. */
export interface Shown {
  readonly index: number;
  /** In words; empty where nothing is known against it. */
  readonly reason: string;
  /** The likeliest classes with their probabilities, the likeliest first. */
  readonly likely: readonly (readonly [string, number])[];
  /** Index and path of a picture that looks the same. */
  readonly twin?: { readonly index: number; readonly path: string };
}

export interface CleanApp {
  readonly name: string;
  readonly classes: readonly string[];
  readonly list: readonly Shown[];
  readonly decisions: Decisions;
  /** How many pictures there are. */
  readonly n: number;
  /** What to type next. */
  readonly next: string;
  /** Asked for with each decision: a page of another site cannot know it. */
  readonly token: string;
  /** PNG of a picture. */
  png(index: number): Promise<Uint8Array>;
}

const asset = (name: string) => readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');

const asked = z.union([
  z.object({ undo: z.literal(true) }),
  z.object({ index: z.int().min(0), decision: z.enum(['keep', 'drop', 'none']) }),
  z.object({ index: z.int().min(0), label: z.string() }),
]);

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

/** The app: its page, the list, pictures, and decisions, which are written before they are answered. */
export function createCleanApp(options: CleanApp): Hono {
  const { name, classes, list, decisions, n, next, token, png } = options;
  const app = new Hono();
  app.use(async (c, then) => {
    // DNS rebinding: a page of another site whose name leads to this address gets nothing.
    const host = (c.req.header('host') ?? '').replace(/:\d+$/, '');
    if (host !== '127.0.0.1' && host !== 'localhost')
      return c.text('This is not the name of this server.', 403);
    await then();
    c.header('content-security-policy', POLICY);
    c.header('x-content-type-options', 'nosniff');
    c.header('cache-control', 'no-store');
    return undefined;
  });
  const state = (index: number) => {
    const { path, label, was, decision } = decisions.row(index);
    return { index, path: visible(path), label, was, decision: decision ?? null };
  };
  const counts = () => ({
    kept: decisions.count('kept'),
    dropped: decisions.count('dropped'),
    relabeled: decisions.count('relabeled'),
  });
  app.get('/', (c) => c.html(page(name, token)));
  app.get('/page.js', (c) => c.body(asset('page.js'), 200, { 'content-type': 'text/javascript' }));
  app.get('/page.css', (c) => c.body(asset('page.css'), 200, { 'content-type': 'text/css' }));
  app.get('/list', (c) =>
    c.json({
      ...{ classes, next, counts: counts() },
      list: list.map((each) => ({ ...each, ...state(each.index) })),
    }),
  );
  app.get('/pictures/:index{[0-9]+}', async (c) => {
    const index = Number(c.req.param('index'));
    if (index >= n) return c.text(`There is no picture ${index}: there are ${n}.`, 404);
    return c.body(new Uint8Array(await png(index)), 200, { 'content-type': 'image/png' });
  });
  app.post('/decisions', async (c) => {
    if (c.req.header('x-trainyard-token') !== token)
      return c.json({ error: 'The page is of an earlier start of clean: load it again.' }, 403);
    const body: unknown = await c.req.json().catch(() => undefined);
    const { data } = asked.safeParse(body);
    if (data === undefined)
      return c.json(
        { error: 'Expected { index, decision: keep, drop or none }, { index, label } or { undo: true }.' },
        400,
      );
    if ('label' in data && !classes.includes(data.label))
      return c.json({ error: `There is no class ${JSON.stringify(data.label)}.` }, 400);
    try {
      if ('undo' in data) {
        const index = decisions.undo();
        return c.json({ changed: index === undefined ? null : state(index), counts: counts() });
      }
      decisions.decide(
        data.index,
        'label' in data ? { label: data.label } : data.decision === 'none' ? undefined : data.decision,
      );
      return c.json({ changed: state(data.index), counts: counts() });
    } catch (error) {
      if (error instanceof UserError || error instanceof DiskError)
        return c.json({ error: error.message }, 409);
      throw error;
    }
  });
  return app;
}

/** Pixels of the longer side that the page is sent. */
const LONGEST = 1000;

/** A picture's file as PNG, upright; where sharp cannot read it, such as BMP, as the network sees it. */
export async function pngOf(
  file: string,
  seen: {
    readonly pixels: Uint8Array;
    readonly width: number;
    readonly height: number;
    readonly channels: 1 | 3;
  },
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  try {
    return await sharp(file)
      .autoOrient()
      .resize(LONGEST, LONGEST, { fit: 'inside', withoutEnlargement: true })
      .png({ compressionLevel: 3 })
      .toBuffer();
  } catch {
    const { pixels, width, height, channels } = seen;
    return await sharp(new Uint8Array(pixels), { raw: { width, height, channels } }).png().toBuffer();
  }
}

function page(name: string, token: string) {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="token" content="${token}"><title>Clean ${name}</title><link rel="stylesheet" href="/page.css"></head>
<body><header><h1>Clean ${name}</h1><p id="progress" role="status">Loading.</p></header>
<main>
<section id="picture" aria-label="Picture"><p id="reason"></p><div id="frames"></div><p id="path"></p><p id="label"></p></section>
<section aria-label="Decision">
<div id="classes" role="group" aria-label="Classes"></div>
<form id="search"><label for="class">Another class</label> <input id="class" list="names" autocomplete="off"><datalist id="names"></datalist> <button>Relabel</button></form>
<div role="group" aria-label="Decisions"><button id="keep"><kbd>k</kbd> Keep</button> <button id="drop"><kbd>d</kbd> Drop</button> <button id="undo"><kbd>u</kbd> Undo</button></div>
<div role="group" aria-label="Places"><button id="previous"><kbd>p</kbd> Previous</button> <button id="next"><kbd>n</kbd> Next</button></div>
<p id="error" role="alert"></p>
<p id="end" class="quiet"></p>
</section></main><script type="module" src="/page.js"></script></body></html>`;
}
