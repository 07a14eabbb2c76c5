// Which of several folders holds the classes, where names such as data/, test/ and docs/ say that they are none themselves.
import { join } from 'node:path';
import { UserError } from '../../../models/errors.ts';
import { command } from '../../../setup/invocation.mjs';
import { arePictures, isContainer } from './foreign.ts';
import type { SubFolder } from './level.ts';
import { sideOfName, sidesOfNames } from './sides.ts';

/** Names of sets of classes, beside those of `isContainer`. */
const SET =
  /^(datasets?|raw|processed|preprocessed|originals?|cropped|crops|resized|augmented|clean(ed)?|labell?ed|sorted|annotated|input|inputs|source|sources)([_ -]?(images?|imgs?|pictures?|photos?|data|dataset))?$/i;

/** Names of what is kept beside a set, and has pictures in it. */
const BESIDE =
  /^(docs?|documentation|figures?|figs?|plots?|assets?|screenshots?|thumbnails?|thumbs|previews?|results?|outputs?|predictions?|preds?|runs|checkpoints|notebooks?|annotations?|masks?|ground_?truth|meta|metadata|(unlabell?ed|unsorted|unannotated)([_ -]?(images?|imgs?|pictures?|photos?|data))?)$/i;

/** What a folder's name says, beside others. */
type Kind = 'class' | 'set' | 'side' | 'beside';

function kindsOf(names: readonly string[]): ReadonlyMap<string, Kind> {
  const sides = sidesOfNames(names);
  const isSide = (name: string) =>
    sides.has(name) ||
    names.some(
      (other) =>
        other !== name &&
        name.startsWith(other) &&
        sideOfName(name.slice(other.length).replace(/^[_ -]/, '')) !== undefined,
    );
  return new Map(
    names.map((name): [string, Kind] => [
      name,
      isSide(name)
        ? 'side'
        : isContainer(name) || SET.test(name)
          ? 'set'
          : BESIDE.test(name)
            ? 'beside'
            : 'class',
    ]),
  );
}

/** A folder to look on in, and what that leaves out. */
export interface Inside {
  readonly inside: string;
  readonly notes: readonly string[];
}

/**
 * The one of several folders that holds the classes, as `data/cat` beside `figures/`; undefined where the folders may be
 * the classes themselves: where names say so, or none has folders for classes.
 * @throws UserError where a name says that a folder is no class, but not which of them holds the classes
 */
export function insideOf(
  root: string,
  folders: readonly SubFolder[],
  hasClasses: (folder: SubFolder) => boolean,
): Inside | undefined {
  const kinds = kindsOf(folders.map(({ name }) => name));
  const kindOf = (folder: SubFolder): Kind =>
    arePictures(root, folder) ? (kinds.get(folder.name) ?? 'class') : 'beside';
  const doubtful = folders.filter((folder) => kindOf(folder) !== 'class');
  const grouped = folders.filter((folder) => kindOf(folder) !== 'beside' && hasClasses(folder));
  const [only, ...more] = grouped;
  if (doubtful.length === 0 || only === undefined) return undefined;
  const others = folders.filter((folder) => folder !== only);
  const isClear = others.every((folder) => {
    const kind = kindOf(folder);
    return kind === 'side' || kind === 'beside' || (kind === 'set' && kindOf(only) === 'set');
  });
  if (more.length === 0 && isClear && kindOf(only) !== 'side')
    return { inside: only.name, notes: [`Not looked at, beside ${only.name}/: ${listed(others)}.`] };
  const shown = grouped.find((folder) => kindOf(folder) === 'set') ?? only;
  const isSplit = more.length > 0 && grouped.some((folder) => kindOf(folder) === 'side');
  throw new UserError(
    [
      `${root.replace(/\/$/, '')} does not say which folders are the classes: by ${doubtful.length === 1 ? 'its name' : 'their names'} ${listed(doubtful)} ${doubtful.length === 1 ? 'is' : 'are'} none, and ${listed(grouped)} ${grouped.length === 1 ? 'has' : 'have'} folders for classes within.`,
      `To take the folders within one, name it: ${command('train', [join(root, shown.name)])}`,
      ...(isSplit ? ['If one is for training and another for validation, call them train/ and valid/.'] : []),
      'If all are classes, give those another name.',
    ].join('\n'),
  );
}

/** What there is to say of classes whose names are those of sides, or of what is kept beside a set. */
export function oddNames(folders: readonly SubFolder[]): string[] {
  const kinds = kindsOf(folders.map(({ name }) => name));
  const odd = folders.filter(({ name }) => ['side', 'beside'].includes(kinds.get(name) ?? ''));
  if (odd.length === 0 || folders.length - odd.length < 2) return [];
  return [
    `Taken for ${odd.length === 1 ? 'a class, though its name may say otherwise' : 'classes, though their names may say otherwise'}: ${listed(odd)}. If ${odd.length === 1 ? 'it is' : 'they are'} none, move ${odd.length === 1 ? 'it' : 'them'} elsewhere.`,
  ];
}

function listed(folders: readonly SubFolder[]): string {
  const names = folders.slice(0, 5).map(({ name }) => `${name}/`);
  return `${names.join(', ')}${folders.length > 5 ? ` and ${folders.length - 5} more` : ''}`;
}
