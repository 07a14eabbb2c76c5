// What a person's words ask for: areas by their names, or files of areas by how their paths begin.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Area, areas } from './areas.ts';

/** One run: the files of one area. */
export interface Choice {
  readonly name: string;
  readonly area: Area;
  readonly files: readonly string[];
  /** Whether these are all files of the area. */
  readonly whole: boolean;
}

/**
 * The runs that words ask for: `keys` an area, `models/image/resize` the files whose path begins so.
 *
 * @throws RangeError when a word is neither.
 */
export function choose(words: readonly string[], root: string): Choice[] {
  return words.flatMap((word) => {
    const every = Object.entries<Area>(areas).map(([name, area]) => ({
      name,
      area,
      all: files(area.sources, root),
    }));
    const chosen = every
      .map(({ name, area, all }) => ({
        name,
        area,
        files: name === word ? all : all.filter((path) => path.startsWith(word)),
        whole: name === word,
      }))
      .filter(({ files }) => files.length > 0);
    if (chosen.length === 0)
      throw new RangeError(
        `${word} is neither an area nor the beginning of a path of one: ${Object.keys(areas).join(', ')}. Areas are in test/mutate/areas.ts`,
      );
    return chosen;
  });
}

/** The TypeScript files of a list in which a folder ends with a slash, in their order by name. */
export function files(list: readonly string[], root: string): string[] {
  return list.flatMap((name) =>
    name.endsWith('/')
      ? readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })
          .filter((path) => path.endsWith('.ts'))
          .map((path) => name + path)
          .sort()
      : [name],
  );
}
