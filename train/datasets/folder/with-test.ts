// Pictures of a test that are elsewhere, beside those that are trained on: one listing, one source.
import { join, relative } from 'node:path';
import { counted } from '../../../models/counted.ts';
import { UserError } from '../../../models/errors.ts';
import { taskOf } from '../../tasks/task.ts';
import { keptApart, type ListedPictures } from './listing.ts';
import { ONCE } from './sides.ts';
import type { PictureSource } from './source.ts';

/**
 * `main` with the pictures of `other` as its test, in place of one of its own. Of an `other` with sides those are taken that it
 * keeps apart. What is in both is of the test alone. Paths of the test are relative to the root of `main`.
 * @param path - Of `other`, as it was given.
 * @throws UserError where the two are not of the same task, or are of other numbers
 */
export function withTest(main: ListedPictures, other: ListedPictures, path: string): ListedPictures {
  const { listing } = main;
  checkSame(main.listing, other.listing, path);
  const within = (file: string) => relative(listing.root, join(other.listing.root, file));
  const tests = new Map(keptApart(other.listing).map((each) => [within(each.path), each]));
  const own = listing.found.filter(({ split }) => split !== 'test');
  const dropped = listing.found.length - own.length;
  return {
    listing: {
      ...listing,
      found: [
        ...own.filter((each) => !tests.has(each.path)),
        ...[...tests].map(([file, each]) => ({ ...each, path: file, split: 'test' as const })),
      ],
      decides: `${listing.decides} The test is ${path}: ${counted(tests.size, 'picture')}, ${ONCE}.`,
      problems: [
        ...listing.problems,
        ...other.listing.problems.map((problem) => ({ ...problem, path: within(problem.path) })),
      ],
      notes: [
        ...listing.notes,
        ...(dropped === 0
          ? []
          : [
              `${counted(dropped, 'picture')} for a test in ${listing.root} left out, since --test names others.`,
            ]),
      ],
    },
    source: sourceOf(
      main.source,
      other.source,
      new Map([...tests].map(([file, { path: at }]) => [file, at])),
    ),
  };
}

function checkSame(
  { task, classes = [] }: ListedPictures['listing'],
  other: ListedPictures['listing'],
  path: string,
): void {
  const [ours, theirs] = [taskOf({ task }), taskOf(other)];
  if (ours !== theirs)
    throw new UserError(`--test ${path} is of the task ${theirs}, but what is trained on of ${ours}.`);
  const { classes: names = [] } = other;
  if (task === 'regression' && names.join('\n') !== classes.join('\n'))
    throw new UserError(
      `--test ${path} has the numbers ${names.join(', ')}; expected those that are trained on: ${classes.join(', ')}.`,
    );
}

/** @param places - Paths of the test, each with what it is called in `test`. */
function sourceOf(
  main: PictureSource,
  test: PictureSource,
  places: ReadonlyMap<string, string>,
): PictureSource {
  return {
    hasEndings: main.hasEndings && test.hasEndings,
    stampOf(path) {
      const place = places.get(path);
      return place === undefined ? main.stampOf(path) : test.stampOf(place);
    },
    async *read(paths) {
      yield* main.read(paths.filter((path) => !places.has(path)));
      const wanted = new Map(
        paths.flatMap((path) => {
          const place = places.get(path);
          return place === undefined ? [] : [[place, path] as const];
        }),
      );
      for await (const { path, bytes } of test.read([...wanted.keys()]))
        yield { path: wanted.get(path) ?? path, bytes };
    },
  };
}
