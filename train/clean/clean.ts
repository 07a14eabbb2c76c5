// What `clean` does: prints the list of pictures to look at, or serves the page on which they are decided.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { serve } from '@hono/node-server';
import { printJsonLine } from '../../models/print-json.ts';
import { visible } from '../../models/printable.ts';
import { createCleanApp, pngOf, type Shown } from './app.ts';
import type { CleanOptions } from './pictures.ts';
import { nextCommand, type Prepared, prepare, tableFor } from './prepare.ts';
import { reasons, type Suspect } from './suspects.ts';

export interface AskedClean extends CleanOptions {
  /** Absolute: a folder or a table. */
  readonly path: string;
  /** The table of decisions, absolute; beside the folder if left out. */
  readonly out?: string | undefined;
  readonly port: number;
  /** The list is printed, as text or as JSON lines, and no page is served. */
  readonly print?: 'text' | 'json' | undefined;
}

/** @throws UserError where there is nothing to clean, or the table is not ours */
export async function clean({
  path,
  out = tableFor(path),
  port,
  print,
  ...options
}: AskedClean): Promise<void> {
  const prepared = await prepare(path, out, options, { say: console.error });
  const { pictures, decisions, open, decided } = prepared;
  if (print !== undefined) {
    for (const suspect of open)
      if (print === 'json') printJsonLine(entryOf(prepared, suspect));
      else console.log(lineOf(entryOf(prepared, suspect)));
    return;
  }
  const next = nextCommand(out, pictures.labels);
  const server = await listen(appOf(basename(path), prepared, next), port);
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  console.log(
    `${pictures.pictures.length} pictures, ${open.length} to look at, ${decided.length} decided. Decisions go into ${visible(out)}.`,
  );
  console.log(`Page: http://127.0.0.1:${taken}/ (Ctrl-C ends it)`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  server.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  const [relabeled = 0, dropped = 0, kept = 0] = (['relabeled', 'dropped', 'kept'] as const).map(
    decisions.count,
  );
  console.log(`${relabeled} relabeled, ${dropped} dropped, ${kept} kept.`);
  if (relabeled + dropped + kept > 0) console.log(`Next: ${next}`);
}

/** The page's app of what is prepared. */
export function appOf(
  name: string,
  prepared: Prepared,
  next: string,
  token = randomBytes(16).toString('hex'),
) {
  const { pictures, decisions } = prepared;
  const [height, width, channels] = pictures.shape;
  return createCleanApp({
    ...{ name, next, token, decisions },
    classes: pictures.labels,
    list: shownOf(prepared),
    n: pictures.pictures.length,
    png: (i) =>
      pngOf(join(pictures.root, pictures.pictures[i]?.path ?? ''), {
        pixels: pictures.pixelsOf(i),
        ...{ height, width, channels: channels === 1 ? 1 : 3 },
      }),
  });
}

/** Classes that a picture is shown with. */
const LIKELY = 5;

function rowOf({ pictures, probabilities }: Prepared, place: number): [name: string, probability: number][] {
  const { labels } = pictures;
  return labels.map((name, j) => [name, probabilities[place * labels.length + j] ?? 0]);
}

/** First what is to be looked at, then what is decided. */
function shownOf(prepared: Prepared): Shown[] {
  const { open, decided, decisions } = prepared;
  const shown = (place: number): Shown => ({
    index: place,
    reason: '',
    likely: rowOf(prepared, place)
      .sort((a, b) => b[1] - a[1])
      .slice(0, LIKELY),
  });
  return [
    ...open.map(({ place, reason, alike: [twin] }): Shown => {
      const words = reasons[reason];
      return {
        ...shown(place),
        reason: `${words[0]?.toUpperCase()}${words.slice(1)}.`,
        ...(twin !== undefined && { twin: { index: twin, path: visible(decisions.row(twin).path) } }),
      };
    }),
    ...decided.map(shown),
  ];
}

/** A suspect as a program reads it. */
function entryOf(prepared: Prepared, { place, reason, suggested, margin, alike }: Suspect) {
  const { path, label } = prepared.decisions.row(place);
  const [name, probability] = suggested === undefined ? [] : (rowOf(prepared, place)[suggested] ?? []);
  return {
    ...{ path, label, reason, margin },
    ...(name !== undefined && { suggested: name, probability }),
    ...(alike.length > 0 && { alike: alike.map((each) => prepared.decisions.row(each).path) }),
  };
}

/** A suspect as one line for a person. */
function lineOf({
  path,
  label,
  reason,
  margin,
  suggested,
  alike: [other] = [],
}: ReturnType<typeof entryOf>): string {
  const change = suggested === undefined ? label : `${label} -> ${suggested}`;
  return visible(
    `${margin.toFixed(3)}  ${path}  ${change}: ${reasons[reason]}${other === undefined ? '' : ` (${other})`}`,
  );
}

/** At the port, or where it is taken at any other, on this machine's own address alone. */
async function listen(app: ReturnType<typeof createCleanApp>, port: number) {
  const at = (wanted: number) =>
    new Promise<ReturnType<typeof serve>>((done, fail) => {
      const server = serve({ fetch: app.fetch, port: wanted, hostname: '127.0.0.1' }, () => done(server));
      server.once('error', fail);
    });
  return at(port).catch(() => at(0));
}
