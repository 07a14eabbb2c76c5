// Pictures that are many to a file: Parquet as Hugging Face's datasets writes it, tar as WebDataset does.
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { counted } from '../../../../models/counted.ts';
import { UserError } from '../../../../models/errors.ts';
import { isNamedAsPicture } from '../../../../models/image/file/names.ts';
import { listFiles } from '../list-files.ts';
import type { Found, ListedPictures, Listing } from '../listing.ts';
import { ONCE, type Side, type TestFolder } from '../sides.ts';
import { type PictureSource, stampOf } from '../source.ts';
import type { ShardContent, ShardFormat } from './format.ts';
import { parquet } from './parquet/index.ts';
import { sideOfShard } from './sides.ts';
import { webDataset } from './tar/index.ts';

const formats: readonly ShardFormat[] = [parquet, webDataset];

const formatOf = (file: string) => formats.find(({ ending }) => file.toLowerCase().endsWith(ending));

/** A shard that is used. */
interface Shard extends ShardContent {
  /** Relative to the root. */
  readonly file: string;
  readonly side: Side | undefined;
  /** Of the file before it was listed. */
  readonly stamp: string;
}

/**
 * The pictures of a Parquet file or a tar, or of the folder of such shards, in which no file is called as a picture is;
 * undefined for anything else.
 *
 * The names of shards say the sides, where there is one to train on beside another. What becomes of those for a test is as with folders.
 * @param test - what becomes of test shards where none is for validation
 * @throws UserError where shards cannot be read, disagree, or leave nothing to train on
 */
export async function findShards(
  path: string,
  test: TestFolder = 'kept',
): Promise<ListedPictures | undefined> {
  const isFolder = statSync(path).isDirectory();
  const [root, files] = isFolder ? [path, filesIn(path)] : [dirname(path), [basename(path)]];
  const [format, other] = formats.filter((each) => files.some((file) => formatOf(file) === each));
  if (format === undefined) return undefined;
  if (other !== undefined)
    throw new UserError(
      `${root} has shards of two kinds, ${format.ending} and ${other.ending}: put one kind into a folder of its own, or name one file.`,
    );
  const shards = files.filter((file) => formatOf(file) === format);
  const named = new Map(shards.map((file) => [file, sideOfShard(file)]));
  const sides = sidesOf(root, named);
  const used: Shard[] = [];
  const notes: string[] = [];
  for (const file of shards) {
    const side = sides.isSaid ? named.get(file) : undefined;
    if (sides.isSaid && side === undefined) continue;
    const { stamp } = stampOf(join(root, file));
    const isTest = side === 'test' && !sides.testValidates(test);
    const content = await format.list(join(root, file)).catch((error: unknown) => {
      // Who publishes a test often keeps its labels.
      if (!isTest || !(error instanceof UserError)) throw error;
      notes.push(`${file} is for a test and left out: ${error.message}`);
      return undefined;
    });
    if (content === undefined) continue;
    if (!isTest || content.pictures.length > 0) used.push({ file, side, stamp, ...content });
    else notes.push(`${file} is for a test and left out: none of its pictures has a label.`);
  }
  return {
    listing: listingOf(root, format, used, { named, sides, test }, notes),
    source: sourceOf(root, format, used),
  };
}

/** The shards of a folder; none where it has pictures of its own, which its folders or tables then label. */
function filesIn(folder: string): string[] {
  const { files } = listFiles(folder);
  return files.some(isNamedAsPicture) ? [] : files.filter((file) => formatOf(file) !== undefined);
}

interface Sides {
  /** Whether names say the sides: one alone, such as `test` of a file that is named, says none. */
  readonly isSaid: boolean;
  readonly hasTest: boolean;
  readonly hasValid: boolean;
  testValidates(test: TestFolder): boolean;
}

/** @throws UserError where names say sides, and none that it is for training */
function sidesOf(root: string, named: ReadonlyMap<string, Side | undefined>): Sides {
  const has = (side: Side) => [...named.values()].includes(side);
  const [train, hasValid, hasTest] = [has('train'), has('valid'), has('test')];
  if (!train && hasValid && hasTest)
    throw new UserError(
      `${root} has shards for validation and for a test, by their names, and none to train on: expected one such as train-00000-of-00001.parquet.`,
    );
  return {
    isSaid: train && (hasValid || hasTest),
    hasTest,
    hasValid,
    testValidates: (test) => !hasValid && test === 'validates',
  };
}

function listingOf(
  root: string,
  format: ShardFormat,
  used: readonly Shard[],
  { named, sides, test }: { named: ReadonlyMap<string, Side | undefined>; sides: Sides; test: TestFolder },
  notes: readonly string[],
): Listing {
  const validates = sides.isSaid && (sides.hasValid || sides.testValidates(test));
  const splitOf = (side: Side | undefined): Found['split'] => {
    if (side === 'test' && sides.testValidates(test)) return 'valid';
    return side === 'train' && !validates ? undefined : side;
  };
  const tests = used.filter(({ side }) => splitOf(side) === 'test');
  const nameless = [...named].flatMap(([file, side]) => (sides.isSaid && side === undefined ? [file] : []));
  const ways = [...new Set(used.map(({ labels }) => labels))];
  return {
    root,
    layout: 'shards',
    found: used.flatMap(({ file, side, pictures }) =>
      pictures.map(
        ({ at, label }): Found => ({ path: format.pathOf(file, at), label, split: splitOf(side) }),
      ),
    ),
    classes: classesOf(root, used),
    test: sides.isSaid && sides.hasTest && !sides.hasValid ? test : undefined,
    decides: `Labels: ${ways.join('; ')} of ${counted(used.length, `${format.name} file`)}. ${
      validates ? 'The names of the files are the sides.' : 'Validation is chosen from them.'
    }`,
    problems: used.flatMap(({ file, problems }) =>
      problems.map(({ path: at, reason }) => ({ path: format.pathOf(file, at), reason })),
    ),
    notes: [
      ...(tests.length === 0
        ? []
        : [
            `The test, ${ONCE}: ${some(tests.map(({ file }) => file))}.${sides.hasValid ? '' : ' To validate with it instead of pictures of training: --valid test.'}`,
          ]),
      ...(nameless.length === 0 ? [] : [`Not looked at, since their names say no side: ${some(nameless)}.`]),
      ...notes,
    ],
  };
}

/** The classes in the order that all shards say. @throws UserError where two say another one */
function classesOf(root: string, shards: readonly Shard[]): readonly string[] | undefined {
  const [first, ...others] = shards;
  const other = others.find(({ classes }) => classes?.join('\n') !== first?.classes?.join('\n'));
  if (first === undefined || other === undefined) return first?.classes;
  const said = ({ file, classes }: Shard) =>
    `${file} ${classes === undefined ? 'none' : JSON.stringify(classes)}`;
  throw new UserError(
    `The files of ${root} name other classes: ${said(first)}, ${said(other)}. Expected the same names in the same order in each.`,
  );
}

function sourceOf(root: string, format: ShardFormat, shards: readonly Shard[]): PictureSource {
  const stamps = new Map(shards.map(({ file, stamp }) => [file, stamp]));
  const placeOf = new Map(
    shards.flatMap(({ file, pictures }) =>
      pictures.map(({ at }) => [format.pathOf(file, at), { file, at }] as const),
    ),
  );
  return {
    hasEndings: format.hasEndings,
    stampOf: (path) => stamps.get(placeOf.get(path)?.file ?? '') ?? '',
    async *read(paths) {
      const wanted = new Map<string, string[]>(shards.map(({ file }) => [file, []]));
      for (const path of paths) {
        const place = placeOf.get(path);
        if (place !== undefined) wanted.get(place.file)?.push(place.at);
      }
      for (const [file, places] of wanted) {
        if (places.length === 0) continue;
        for await (const { path: at, bytes } of format.read(join(root, file), places))
          yield { path: format.pathOf(file, at), bytes };
      }
    },
  };
}

function some(files: readonly string[]): string {
  return `${files.slice(0, 3).join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''}`;
}
