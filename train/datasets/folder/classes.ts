// Lists pictures whose folders are their labels: a folder for each class, or such folders on two sides.
import { join } from 'node:path';
import { counted } from '../../../models/counted.ts';
import { endingOf, endingsInWords } from '../../../models/image/file/names.ts';
import { command } from '../../../setup/invocation.mjs';
import { oddNames } from './beside.ts';
import type { FileProblem } from './findings.ts';
import { filled, type Level, levelIn, type SubFolder } from './level.ts';
import type { ListedFiles } from './list-files.ts';
import type { Found, Listing } from './listing.ts';
import { copiesWithin, sameWithin, sidesInSome, sidesWithin } from './nested.ts';
import { ONCE, type TestFolder } from './sides.ts';
import { isOutputName } from './table/doubts.ts';
import { isTakenIfNamed } from './table/table.ts';

/** Folders of the sides: one to train on, and what there is for the others. */
export interface Sides {
  readonly train: SubFolder;
  readonly valid: readonly SubFolder[];
  readonly test: readonly SubFolder[];
}

/** Why a picture beside class folders is left out. */
const NO_LABEL = 'in no class folder, so it has no label';

/** How a test folder that is kept validates all the same. */
const TO_VALIDATE = 'To validate with it instead of pictures of training: --valid test.';

/**
 * The pictures of a level whose folders are the classes.
 * @param test - what becomes of test folders within them where nothing is for validation
 * @param notes - what else there is to say
 */
export function listClasses(
  root: string,
  level: Level,
  test: TestFolder,
  notes: readonly string[] = [],
): Listing {
  const copies = copiesWithin(filled(level));
  const folders = filled(level).filter((folder) => !copies.includes(folder));
  const sides = sidesWithin(folders, test);
  const all = folders.flatMap(({ name, pictures }) =>
    pictures.map((path) => ({ path, label: labelOf(name) })),
  );
  const found = all.map(({ path, label }): Found => ({ path, label, split: sides?.of(path) }));
  const tests = found.filter(({ split }) => split === 'test').length;
  return {
    root,
    layout: found.some(({ split }) => split === 'valid') ? 'train-and-valid' : 'classes',
    found,
    test: sides?.test,
    decides: [
      `Labels: the ${folders.length === 1 ? 'name of the one folder' : `names of the ${folders.length} folders`} in ${root.replace(/\/$/, '')}.`,
      ...(sides === undefined
        ? []
        : [
            `The folders within them are the sides${sides.test === 'kept' ? '; validation is chosen from those of training' : ''}.`,
          ]),
      ...(tests === 0
        ? []
        : [
            `${counted(tests, 'picture')} ${tests === 1 ? 'is' : 'are'} the test, ${ONCE}.`,
            ...(sides?.test === 'kept' ? [TO_VALIDATE] : []),
          ]),
    ].join(' '),
    problems: level.loose.map((path) => ({ path, reason: NO_LABEL })),
    notes: [
      ...notes,
      ...copies.map(
        ({ name }) => `${name}/ has folders called as those beside it: it is left out as a copy of them.`,
      ),
      ...(sides === undefined ? [...sameWithin(folders), ...sidesInSome(root, folders)] : []),
      ...oddNames(folders),
      ...hollow(level),
      ...otherFiles(level),
      ...unreadTables(root, level, notes),
      ...sameNames(folders),
    ],
  };
}

/** The class folders of a side, also where they are within one more folder of any name. */
export function classesIn(listed: ListedFiles, level: Level, side: SubFolder): readonly SubFolder[] {
  return filled(sideLevel(listed, level, side));
}

/** The level of a side's class folders: `train/`, or `train/train/` where that holds all of them. */
function sideLevel(listed: ListedFiles, level: Level, { name }: SubFolder): Level {
  let inner = levelIn(listed, level, name);
  for (;;) {
    const [only, ...others] = filled(inner);
    if (only === undefined || others.length > 0 || inner.loose.length > 0) return inner;
    const within = levelIn(listed, inner, only.name);
    if (within.loose.length > 0 || filled(within).length === 0) return inner;
    inner = within;
  }
}

/**
 * The pictures of a level that has folders of sides. For validation is what `valid/` holds; where it is not there or is
 * empty, a part of the training pictures, as Hugging Face's and Keras' trainings have it, so that `test/` stays the test.
 * @param test - `validates` where `test/`, if it has the classes' folders, is for validation then, as Ultralytics has it
 */
export function listSides(
  root: string,
  listed: ListedFiles,
  level: Level,
  sides: Sides,
  test: TestFolder,
): Listing {
  const sideOf = (folder: SubFolder) => {
    const inner = sideLevel(listed, level, folder);
    return {
      name: folder.name,
      prefix: inner.at.slice(level.at.length),
      level: inner,
      classes: filled(inner),
    };
  };
  const train = sideOf(sides.train);
  const classes = train.classes.map(({ name }) => labelOf(name));
  const isLabeled = ({ classes: own }: ReturnType<typeof sideOf>) =>
    own.some(({ name }) => classOf(labelOf(name), classes) !== undefined);
  const [valids, tests] = [sides.valid.map(sideOf), sides.test.map(sideOf)];
  const others = [...valids, ...tests];
  const ownValid = valids.find(isLabeled);
  const ownTest = tests.find(isLabeled);
  const valid = ownValid ?? (test === 'validates' ? ownTest : undefined);
  const kept = ownTest === valid ? undefined : ownTest;
  const parts = [
    { ...train, split: valid && ('train' as const) },
    ...(valid ? [{ ...valid, split: 'valid' as const }] : []),
    ...(kept ? [{ ...kept, split: 'test' as const }] : []),
  ];
  const renamed = new Map<string, string>();
  const problems: FileProblem[] = [];
  const found = parts.flatMap(({ prefix, level: inner, classes: own, split }): Found[] => {
    for (const path of inner.loose) problems.push({ path: `${prefix}${path}`, reason: NO_LABEL });
    return own.flatMap(({ name, pictures }) => {
      const isOther = split === 'valid' || split === 'test';
      const label = (isOther ? classOf(labelOf(name), classes) : undefined) ?? labelOf(name);
      if (label !== labelOf(name)) renamed.set(`${prefix}${name}`, label);
      return pictures.map((path): Found => ({ path: `${prefix}${path}`, label, split }));
    });
  });
  const unused = level.folders.filter(({ name }) => parts.every((part) => part.name !== name));
  return {
    root,
    layout: valid ? 'train-and-valid' : 'classes',
    found,
    test: ownValid === undefined && ownTest ? test : undefined,
    decides: valid
      ? `Labels: the names of the folders in ${train.prefix} and ${valid.prefix}; ${valid.prefix} is for validation.`
      : `Labels: the names of the folders in ${train.prefix}; validation is chosen from them.`,
    problems,
    notes: [
      ...others
        .filter(({ name }) => name !== valid?.name)
        .map((side) => (side === kept ? keptOf(side, ownValid === undefined) : leftOut(side, valid?.name))),
      ...notLookedAt(unused, others),
      ...[...renamed].map(([folder, label]) => `${folder}/ is taken for the class ${JSON.stringify(label)}.`),
      ...parts.flatMap(({ level: inner, prefix }) => [...hollow(inner, prefix), ...sameNames(filled(inner))]),
      ...otherFiles(level),
      ...unreadTables(root, level),
    ],
  };
}

/** The class of training that a folder of another side means: of its name, or the only one but for upper and lower case. */
function classOf(name: string, classes: readonly string[]): string | undefined {
  if (classes.includes(name)) return name;
  const alike = classes.filter((label) => label.toLowerCase() === name.toLowerCase());
  return alike.length === 1 ? alike[0] : undefined;
}

/** A side's folder, and those of the classes in it. */
interface SideFolder {
  readonly name: string;
  readonly level: Level;
  readonly classes: readonly SubFolder[];
}

/** What there is to say of a test folder with the classes that does not validate, though it `could`. */
function keptOf({ name, classes }: SideFolder, could: boolean): string {
  const n = classes.reduce((sum, { pictures }) => sum + pictures.length, 0);
  return `${name}/ is the test: ${n === 1 ? 'its one picture is' : `its ${n} pictures are`} ${ONCE}.${could ? ` ${TO_VALIDATE}` : ''}`;
}

/** Why a side is not used. */
function leftOut({ name, level: { loose }, classes }: SideFolder, valid: string | undefined): string {
  if (loose.length === 0 && classes.length === 0) return `${name}/ is empty.`;
  if (classes.length === 0)
    return `${name}/ has ${counted(loose.length, 'picture')} in no class folder: ${loose.length === 1 ? 'it has no label and is' : 'they have no labels and are'} left out.`;
  if (valid !== undefined) return `Not looked at, since ${valid}/ is for validation: ${name}/.`;
  return `${name}/ has none of the classes of training and is left out.`;
}

function notLookedAt(unused: readonly SubFolder[], sides: readonly { readonly name: string }[]): string[] {
  const names = unused.map(({ name }) => name).filter((name) => sides.every((side) => side.name !== name));
  return names.length === 0 ? [] : [`Not looked at, beside the sides: ${names.join('/, ')}/.`];
}

/** A folder's name as the label; composed, since some systems write é as e and an accent. */
function labelOf(name: string): string {
  return name.normalize('NFC');
}

/** Class folders without a picture. */
function hollow({ folders }: Level, prefix = ''): string[] {
  const names = folders
    .filter(({ pictures }) => pictures.length === 0)
    .map(({ name }) => `${prefix}${name}/`);
  if (names.length === 0) return [];
  return [`No class, since no pictures are in ${names.length === 1 ? 'it' : 'them'}: ${some(names)}.`];
}

/** How many files are no pictures, by their endings. */
function otherFiles({ folders, others, tables }: Level): string[] {
  const files = [
    ...others.filter((file) => !tables.includes(file)),
    ...folders.flatMap((folder) => folder.others),
  ];
  const counts = new Map<string, number>();
  for (const file of files) counts.set(endingOf(file), (counts.get(endingOf(file)) ?? 0) + 1);
  if (counts.size === 0) return [];
  return [`Not read, since their endings are of no pictures: ${endingsInWords(counts)}.`];
}

/** Tables beside class folders: what decides is the folders, unless a table is named. */
export function unreadTables(root: string, level: Level, said: readonly string[] = []): string[] {
  const tables = level.tables.filter((name) => said.every((note) => !note.includes(name)));
  const table = tables.find((name) => !isOutputName(name) && isTakenIfNamed(join(root, name)));
  if (tables.length === 0) return [];
  return [
    `Not read, since folders are the labels: ${some([...tables])}.${table === undefined ? '' : ` To take its labels, name it: ${command('train', [join(root, table)])}`}`,
  ];
}

/** Folders of one label: their names differ in how accents are stored. */
function sameNames(folders: readonly SubFolder[]): string[] {
  const labels = folders.map(({ name }) => labelOf(name));
  const twice = new Set(labels.filter((label, i) => labels.indexOf(label) !== i));
  return [...twice].map(
    (label) =>
      `Several folders are called ${JSON.stringify(label)}, with accents stored in two ways: they are one class.`,
  );
}

function some(names: readonly string[]): string {
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}
