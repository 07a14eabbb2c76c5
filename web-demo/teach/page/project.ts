// The lesson as one file: a ZIP archive with a folder of pictures for each class, and what else there is to know beside.
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { Class, Example, Lesson } from './lesson.ts';

/** The file beside the folders. */
const SETTINGS = 'teach.json';

/** What a project holds beside its pictures. */
interface Settings {
  readonly format: 'trainyard-teach/1';
  readonly name: string;
  /** Of each class: its folder, and its name, which may have characters that folders may not. */
  readonly classes: readonly { readonly folder: string; readonly name: string }[];
  /** Of pictures that were recorded by a camera: in which recording. */
  readonly recordings: Readonly<Record<string, number>>;
}

export interface Project {
  readonly name: string;
  readonly lesson: Lesson;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/bmp': 'bmp',
  'image/avif': 'avif',
};

/** Types of pictures by the end of a file's name. */
const TYPES = new Map([
  ...Object.entries(EXTENSIONS).map(([type, end]) => [end, type] as const),
  ['jpeg', 'image/jpeg'],
]);

/** Bytes, unpacked, of a picture and of all: more than any drawing or recording has, and no more than a tab bears. */
const MOST = { picture: 64 * 2 ** 20, all: 2 ** 30 };

/** The bytes of a project. Pictures are compressed already. */
export async function writeProject({ name, lesson }: Project): Promise<Uint8Array<ArrayBuffer>> {
  const files: Record<string, Uint8Array> = {};
  const recordings: Record<string, number> = {};
  const folders = foldersOf(lesson.classes);
  for (const [i, { key }] of lesson.classes.entries()) {
    const own = lesson.examples.filter((each) => each.class === key);
    for (const [n, { file, recording }] of own.entries()) {
      const path = `${folders[i]}/${String(n + 1).padStart(4, '0')}.${EXTENSIONS[file.type] ?? 'png'}`;
      files[path] = new Uint8Array(await file.arrayBuffer());
      if (recording !== undefined) recordings[path] = recording;
    }
  }
  const settings: Settings = {
    format: 'trainyard-teach/1',
    name,
    classes: lesson.classes.map((each, i) => ({ folder: folders[i] ?? '', name: each.name })),
    recordings,
  };
  files[SETTINGS] = strToU8(JSON.stringify(settings, null, 2));
  return new Uint8Array(zipSync(files, { level: 0 }));
}

/**
 * Reads a project; of any other archive with folders of pictures, each folder is a class.
 * @param firstId - Number of the first example.
 * @throws Error for a file that is none.
 */
export function readProject(bytes: Uint8Array, firstId: number): Project {
  const files = unzipped(bytes);
  const settings = settingsOf(files[SETTINGS]);
  const pictures = Object.entries(files).flatMap(([path, content]) => {
    const picture = pictureAt(path);
    return picture === undefined ? [] : [{ path, content, ...picture }];
  });
  if (pictures.length === 0)
    throw new Error('There are no folders of pictures in that file, expected one for each class.');
  const folders =
    settings?.classes ??
    [...new Set(pictures.map(({ folder }) => folder))].sort().map((folder) => ({ folder, name: folder }));
  const classes: Class[] = folders.map(({ name }, i) => ({ key: i + 1, name }));
  const examples = pictures.flatMap(({ path, folder, content, type }, i): Example[] => {
    const at = folders.findIndex((each) => each.folder === folder);
    if (at < 0) return [];
    const file = new Blob([new Uint8Array(content)], { type });
    return [{ id: firstId + i, class: at + 1, file, recording: settings?.recordings[path] }];
  });
  return { name: settings?.name ?? '', lesson: { classes, examples } };
}

/** The folder and the type of a picture in the archive; undefined for anything else. */
function pictureAt(path: string): { folder: string; type: string } | undefined {
  const [folder = '', name = ''] = path.split('/').slice(-2);
  const type = TYPES.get(name.split('.').at(-1)?.toLowerCase() ?? '');
  const isHidden = name.startsWith('.') || path.startsWith('__MACOSX/');
  return type === undefined || isHidden || !path.includes('/') ? undefined : { folder, type };
}

/** The files of an archive that are read: what is said of their sizes before is what is unpacked at most. */
function unzipped(bytes: Uint8Array): Record<string, Uint8Array> {
  let all = 0;
  let tooLarge: string | undefined;
  try {
    return unzipSync(bytes, {
      filter({ name, originalSize }) {
        if (name !== SETTINGS && pictureAt(name) === undefined) return false;
        all += originalSize;
        if (originalSize > MOST.picture) tooLarge = `${name} in that file has ${inMiB(originalSize)}`;
        else if (all > MOST.all) tooLarge = `The pictures in that file have ${inMiB(all)} together`;
        if (tooLarge !== undefined) throw new RangeError(tooLarge);
        return true;
      },
    });
  } catch (error) {
    throw new Error(
      tooLarge === undefined
        ? 'That file is no ZIP archive, expected a project that this page has saved.'
        : `${tooLarge}, expected at most ${inMiB(MOST.picture)} for each and ${inMiB(MOST.all)} for all.`,
      { cause: error },
    );
  }
}

const inMiB = (bytes: number) => `${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MiB`;

function settingsOf(bytes: Uint8Array | undefined): Settings | undefined {
  if (bytes === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(strFromU8(bytes));
  } catch {
    // Said below.
  }
  if (isSettings(value)) return value;
  throw new Error(
    `${SETTINGS} in that file is not what this page writes: take it out to read the folders alone.`,
  );
}

function isSettings(value: unknown): value is Settings {
  if (!isRecord(value) || !Array.isArray(value.classes) || !isRecord(value.recordings)) return false;
  const isClass = (each: unknown) =>
    isRecord(each) && typeof each.folder === 'string' && typeof each.name === 'string';
  return (
    value.format === 'trainyard-teach/1' &&
    typeof value.name === 'string' &&
    value.classes.every(isClass) &&
    Object.values(value.recordings).every((each) => typeof each === 'number')
  );
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A name of a folder for each class, every one of them another, also where capitals do not matter. */
function foldersOf(classes: readonly Class[]): string[] {
  const taken = new Set<string>();
  return classes.map(({ name }, i) => {
    const plain =
      name
        .trim()
        .replace(/[\\/:*?"<>|\p{Cc}]/gu, '-')
        .replace(/^\.+|\.+$/g, '') || `class-${i + 1}`;
    let folder = plain;
    for (let n = 2; taken.has(folder.toLowerCase()); n++) folder = `${plain}-${n}`;
    taken.add(folder.toLowerCase());
    return folder;
  });
}
