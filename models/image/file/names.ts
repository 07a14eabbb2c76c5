// What the name of a file says of its content: a picture's ending, or that of what is certainly none.
import { endings } from './format.ts';

/** Endings of pictures that are not decoded: whoever has them is told so, instead of that there are no pictures. */
const unreadEndings = ['.heic', '.heif', '.avif', '.jxl', '.jp2'];

const pictureEndings = new Set([...Object.values(endings).flat(), ...unreadEndings]);

/** Endings of what is certainly no picture: in a folder such files are counted, not read. */
const OTHER = new RegExp(
  `\\.(${[
    'json|jsonl|ndjson|geojson|txt|csv|tsv|xml|ya?ml|md|rst|html?|css|js|ts|jsx|tsx|py|pyc|ipynb|sh|bat|ps1|sql|log|ini|cfg|toml',
    'c|h|cpp|hpp|java|class|jar|go|rs|rb|php|db|sqlite|parquet|arrow|feather|pdf|docx?|xlsx?|xlsm|ods|odt|rtf|pptx?',
    'zip|tar|t?gz|bz2|xz|zst|7z|rar|mp4|m4v|mov|avi|mkv|webm|mpe?g|wmv|3gp|mp3|wav|m4a|flac|ogg|aac',
    'npy|npz|pkl|pickle|h5|hdf5|mat|pt|pth|ckpt|onnx|safetensors|tflite|keras|pb|pbtxt|tfrecords?|bin|exe|dll|so|iso|dmg',
    'aae|xmp|part|crdownload|lock|lnk|url|torrent|names',
  ].join('|')})$`,
  'i',
);

/** The ending of a name in lower case, such as `.json`; the name itself where it has none. */
export const endingOf = (name: string): string =>
  /\.[^./]+$/.exec(name)?.[0].toLowerCase() ?? name.slice(name.lastIndexOf('/') + 1);

/** Whether a file's name ends like that of a picture that somebody wants to have read. */
export const isNamedAsPicture = (name: string): boolean => pictureEndings.has(endingOf(name));

/** A name without a picture's ending. */
export const withoutPictureEnding = (name: string): string =>
  isNamedAsPicture(name) ? name.slice(0, -endingOf(name).length) : name;

/**
 * Whether a file's name says that it is no picture. All others in a folder are told by their content, whatever programs
 * call them: `1.jpg_large`, `IMG_1.JPG_original`, a name without an ending.
 */
export const isOtherFile = (name: string): boolean =>
  OTHER.test(name) ||
  /^(license|readme|makefile|dockerfile)$|^events\.out\.tfevents\./i.test(
    name.slice(name.lastIndexOf('/') + 1),
  );

/** Endings with their numbers of files, the most frequent ones first: `3 .txt, 1 .mp4`. */
export function endingsInWords(counts: ReadonlyMap<string, number>): string {
  const kinds = [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([ending, n]) => `${n} ${ending}`);
  return `${kinds.slice(0, 5).join(', ')}${kinds.length > 5 ? ` and ${kinds.length - 5} more` : ''}`;
}
