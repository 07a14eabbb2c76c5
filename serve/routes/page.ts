// GET / and the files of the web page, as Vite built them.
import { join } from 'node:path';
import type { Context, MiddlewareHandler } from 'hono';
import { getMimeType } from 'hono/utils/mime';
import { version } from '../../setup/paths.mjs';
import { pathInApp } from '../http/context.ts';
import { CACHE_FOREVER, openStaticFile, REVALIDATE, type StaticFile, sendFile } from '../http/static-file.ts';
import { encodings, HASHED } from '../page/compressed-copies.ts';
import { missingPage } from '../page/missing-page.ts';

/** Names of files that are sent: none starts with a dot or has a separator in it, so no path leaves the folder. */
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/**
 * Which test pictures a page has. That of the package has none, whatever data the machine had that packed it; the page asks
 * all the same, and a file that is missing would be an error in the browser's console.
 */
const TEST_PICTURES = '/test-pictures/index.json';

const plain = { name: undefined, suffix: '' } as const;

/**
 * Answers requests for files of the page, which need no key, and passes on all others.
 *
 * @param folder - of the built page; it may be built later. Compressed copies are beside its files,
 * @param copies - or in this folder.
 */
export function pageFiles(folder: string, copies?: string): MiddlewareHandler {
  const folders = copies === undefined ? [folder] : [folder, copies];
  return async (c, next) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return next();
    const path = pathInApp(c);
    // The files of the page are found from its address, so it has to end with a slash.
    if (path === '') return c.redirect(`./${c.req.path.split('/').at(-1)}/${new URL(c.req.url).search}`, 308);
    if (path === '/') return (await send(c, folders, ['index.html'])) ?? c.text(sayMissing(), 404);
    const segments = path.slice(1).split('/');
    if (!segments.every((segment) => SEGMENT.test(segment))) return next();
    return (await send(c, folders, segments)) ?? (path === TEST_PICTURES ? c.json([]) : next());
  };
}

function sayMissing(): string {
  const { state, remedy } = missingPage();
  return `The page is ${state}. To get it: ${remedy}\nThe server itself works: see /models.\n`;
}

/** Sends a file or its compressed copy; undefined when there is none. */
async function send(
  c: Context,
  folders: readonly string[],
  segments: readonly string[],
): Promise<Response | undefined> {
  const path = segments.join('/');
  const accepted = acceptedEncodings(c.req.header('accept-encoding'));
  for (const { name, suffix } of [...encodings.filter((each) => accepted.has(each.name)), plain]) {
    const file = await openFirst(folders, path + suffix);
    if (file === undefined) continue;
    c.header('Vary', 'Accept-Encoding');
    return sendFile(c, {
      file,
      type: getMimeType(path) ?? 'application/octet-stream',
      etag: etagOf(file),
      cacheControl: segments.slice(0, -1).includes(HASHED) ? CACHE_FOREVER : REVALIDATE,
      encoding: name,
    });
  }
  return undefined;
}

async function openFirst(folders: readonly string[], name: string): Promise<StaticFile | undefined> {
  for (const folder of folders) {
    const file = await openStaticFile(join(folder, name));
    if (file !== undefined) return file;
  }
  return undefined;
}

/** With the version, since npm gives every file of every version of a package the same time. */
function etagOf({ stats }: StaticFile): string {
  return `"${version}-${stats.size.toString(16)}-${Math.trunc(stats.mtimeMs).toString(16)}"`;
}

/** Encodings of an `Accept-Encoding` header, without those of quality 0. Reference: RFC 9110, section 12.5.3. */
function acceptedEncodings(header = ''): Set<string> {
  const offers = header.split(',').map((offer) =>
    offer
      .trim()
      .toLowerCase()
      .split(/\s*;\s*q=/),
  );
  return new Set(
    offers.filter(([, quality]) => quality === undefined || Number(quality) > 0).map(([name = '']) => name),
  );
}
