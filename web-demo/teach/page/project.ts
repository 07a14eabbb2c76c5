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
    const [folder = '', name = ''] = path.split('/').slice(-2);
    const type = TYPES.get(name.split('.').at(-1)?.toLowerCase() ?? '');
    const hidden = name.startsWith('.') || path.startsWith('__MACOSX/');
    return type === undefined || hidden || !path.includes('/') ? [] : [{ path, folder, content, type }];
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

function unzipped(bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes);
  } catch (error) {
    throw new Error('That file is no ZIP archive, expected a project that this page has saved.', {
      cause: error,
    });
  }
}

function settingsOf(bytes: Uint8Array | undefined): Settings | undefined {
  if (bytes === undefined) return undefined;
  try {
    const value: Partial<Settings> = JSON.parse(strFromU8(bytes));
    if (value.format === 'trainyard-teach/1' && Array.isArray(value.classes))
      return {
        format: value.format,
        name: String(value.name ?? ''),
        classes: value.classes,
        recordings: value.recordings ?? {},
      };
  } catch {
    // Said below.
  }
  throw new Error(
    `${SETTINGS} in that file is not what this page writes: take it out to read the folders alone.`,
  );
}

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
