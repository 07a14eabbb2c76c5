// What a folder or a file is that is no folder of classes: sets for other tasks, archives, workbooks. Each with what to do.
import { closeSync, openSync, readSync } from 'node:fs';
import { extname, join } from 'node:path';
import { detectFormat, isDecodable } from '../../../models/image/file/format.ts';
import { endingOf, isNamedAsPicture } from '../../../models/image/file/names.ts';
import { command, shellWord } from '../../../setup/invocation.mjs';
import { filled, type Level, type SubFolder } from './level.ts';
import { sideOfName } from './sides.ts';

/** Folders that hold pictures, and whose names are no labels: `images`, `part_1`, `HAM10000_images_part_1`. */
const CONTAINER = /^(images?|imgs?|pictures?|photos?|jpe?gs?|pngs?|jpegimages|data|dataset|all)$/i;
const PART =
  /(^|[_ -])(images?|imgs?|pictures?|photos?|jpe?gs?|pngs?|data)?[_ -]?(part|batch|chunk|shard)[_ -]?\d+$|(^|[_ -])(images?|imgs?)[_ -]?\d+$/i;
const PICTURES = /^(images?|imgs?|pictures?|photos?|jpegimages|input|inputs|rgb)$/i;
const MASKS =
  /^(masks?|labels?|annotations?|segmentations?|segmentationclass|segmentationobject|labelids?|ground_?truth|gt|targets?|trimaps)$/i;

/** Whether a folder's name says that it holds pictures, not which. */
export const isContainer = (name: string): boolean => CONTAINER.test(name) || PART.test(name);

const WHOLE = 'Trainyard tells pictures apart as a whole: expected a folder for each class.';

/** Why a level is a set for another task, whose folders would be taken for classes; undefined where it is none. */
export function otherKind(root: string, { folders }: Level): string | undefined {
  const pictures = folders.find(({ name, pictures: own }) => PICTURES.test(name) && own.length > 0);
  const others = folders.filter(({ name }) => MASKS.test(name));
  if (pictures === undefined || others.length === 0) return undefined;
  if (
    folders.some(({ name, pictures: own }) => own.length > 0 && name !== pictures.name && !MASKS.test(name))
  )
    return undefined;
  const isGrouped = hasGroups(pictures);
  const masks = others.find((folder) => sharesNames(pictures, folder) && arePictures(root, folder));
  if (masks !== undefined)
    return `${root} has a mask in ${masks.name}/ for each picture in ${pictures.name}/: a set for segmentation. ${WHOLE}${isGrouped ? ` If the folders in ${pictures.name}/ are the classes, name it: ${command('train', [join(root, pictures.name)])}` : ''}`;
  const boxes = others.find(
    (folder) => folder.pictures.length + folder.others.length > 0 && !arePictures(root, folder),
  );
  // Classes are told by their folders then, whatever else is told of the pictures.
  if (boxes === undefined || isGrouped) return undefined;
  const [ending = 'files without an ending'] = boxes.others.map(endingOf);
  const kind =
    { '.txt': 'as YOLO has them', '.xml': 'as Pascal VOC has them', '.json': 'as COCO has them' }[ending] ??
    '';
  return `${root} has boxes in ${boxes.name}/ (${[ending, kind].filter(Boolean).join(', ')}) for the pictures in ${pictures.name}/: a set for object detection. ${WHOLE}`;
}

/** Whether all pictures of a folder are in several folders of its own, whose names are no sides. */
function hasGroups({ pictures }: SubFolder): boolean {
  const names = new Set<string | undefined>();
  for (const path of pictures) {
    const [, name, ...rest] = path.split('/');
    names.add(rest.length === 0 ? undefined : name);
  }
  return names.size > 1 && [...names].every((name) => name !== undefined && sideOfName(name) === undefined);
}

/** Whether files of a folder are pictures: by an ending, or where none has that of a picture, by how the first few begin. */
export function arePictures(root: string, { pictures }: SubFolder): boolean {
  return (
    pictures.some(isNamedAsPicture) ||
    pictures.slice(0, 3).some((path) => {
      const format = detectFormat(startOf(join(root, path)));
      return isDecodable(format);
    })
  );
}

function startOf(path: string): Uint8Array {
  const bytes = new Uint8Array(4096);
  try {
    const file = openSync(path, 'r');
    try {
      return bytes.subarray(0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch {
    return bytes.subarray(0, 0);
  }
}

/** Whether half of the pictures have one of the same name in the other folder. */
function sharesNames(pictures: SubFolder, { pictures: masks }: SubFolder): boolean {
  const stem = (file: string) =>
    file
      .slice(file.lastIndexOf('/') + 1, file.length - extname(file).length)
      .replace(/[_-](mask|gt|label|seg)$/i, '');
  const known = new Set(pictures.pictures.map(stem));
  return masks.length > 0 && masks.filter((file) => known.has(stem(file))).length * 2 >= masks.length;
}

/** What a file is that was named in place of a folder, and what to do. */
export function otherFile(path: string): string {
  const ending = /\.tar\.\w+$/i.exec(path)?.[0].toLowerCase() ?? extname(path).toLowerCase();
  const expected = 'expected a folder of pictures, or a table with the columns path and label';
  switch (ending) {
    case '.tgz':
    case '.tar.gz':
    case '.tar.xz':
    case '.tar.bz2':
      return `${path} is an archive: unpack it (mkdir photos && tar -xf ${shellWord(path)} -C photos), then name the folder.`;
    case '.7z':
    case '.rar':
    case '.gz':
      return `${path} is an archive: unpack it, then name the folder.`;
    case '.xlsx':
    case '.xlsm':
    case '.xls':
    case '.ods':
      return `${path} is a workbook: save the sheet as "CSV UTF-8" and name that.`;
    case '.arrow':
    case '.feather':
      return `${path} holds a table in a form that is not read: write it as CSV, for example with pandas, to_csv.`;
    case '.json':
      return `${path} is JSON: expected a CSV with the columns path and label, or JSON lines (.jsonl), {"file_name": "1.jpg", "label": "cat"} on each.`;
    case '.tfrecord':
    case '.h5':
    case '.hdf5':
    case '.npz':
    case '.npy':
    case '.pkl':
      return `${path} holds pictures in a form that is not read: write them as files (PNG, JPEG) into a folder for each class.`;
    case '.onnx':
      return `${path} is a model: to train on from it, ${command('train', ['--from', path])}.`;
    default:
      return `${path} is a file: ${expected}.`;
  }
}

/** What a level without classes has, and what could be made of it. */
export function whatIsThere(level: Level): string[] {
  const { loose, others } = level;
  const archives = others.filter((name) => /\.(zip|tar|t?gz|bz2|xz|7z|rar)$/i.test(name));
  const workbooks = others.filter((name) => /\.(xlsx?|xlsm|ods)$/i.test(name));
  const shard = others.find((name) => /\.parquet$/i.test(name));
  const boxed = (ending: string) => {
    const stems = new Set(
      others.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length)),
    );
    return (
      loose.length > 0 &&
      loose.filter((name) => stems.has(name.slice(0, -extname(name).length))).length * 2 > loose.length
    );
  };
  const prefixes = new Map<string, number>();
  for (const name of loose) {
    const prefix = /^(\p{L}[\p{L} _-]*?)[ ._-]*\d+\.\w+$/u.exec(name)?.[1];
    if (prefix !== undefined) prefixes.set(prefix, (prefixes.get(prefix) ?? 0) + 1);
  }
  const named = [...prefixes].filter(([, count]) => count > 1).map(([prefix]) => prefix);
  const coco = [...others, ...level.folders.flatMap((folder) => folder.others)].find((name) =>
    /coco.*\.json$|instances_.*\.json$/i.test(name),
  );
  return [
    ...(archives.length === 0
      ? []
      : [
          `It has archives (${archives.slice(0, 3).join(', ')}${archives.length > 3 ? ', ...' : ''}): unpack each into a folder called as its class.`,
        ]),
    ...(workbooks.length === 0 ? [] : [`${workbooks[0]} is not read: save it as "CSV UTF-8".`]),
    ...(shard === undefined ? [] : [`${shard} is not looked into beside pictures: name it.`]),
    ...(boxed('.txt')
      ? [
          `The .txt files beside the pictures look like boxes, as YOLO has them: a set for object detection. ${WHOLE}`,
        ]
      : []),
    ...(boxed('.xml')
      ? [
          `The .xml files beside the pictures look like boxes, as Pascal VOC has them: a set for object detection. ${WHOLE}`,
        ]
      : []),
    ...(coco === undefined
      ? []
      : [`${coco} looks like boxes, as COCO has them: a set for object detection. ${WHOLE}`]),
    ...(named.length > 1
      ? [
          `If the names of files begin with their class (${named.slice(0, 3).join(', ')}), move them into folders of these names.`,
        ]
      : []),
    ...(filled(level).length > 0
      ? [
          `Folders with pictures: ${filled(level)
            .slice(0, 5)
            .map(({ name }) => `${name}/`)
            .join(', ')}.`,
        ]
      : []),
  ];
}
