// Everything that an entry of the package exports is said to be something, where it is declared: a sentence of TSDoc.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../setup/paths.mjs';

const folder = join(root, 'public');

interface Exported {
  readonly name: string;
  /** The module that declares it. */
  readonly file: string;
}

/** What a module of `public` hands on: it has nothing but `export ... from`. */
function exportsOf(entry: string): Exported[] {
  const path = join(folder, entry);
  const text = readFileSync(path, 'utf8').replace(/^\/\/.*\n/gm, '');
  const lists = [...text.matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)';/g)];
  expect(text.replaceAll(/export (?:type )?\{[^}]*\} from '[^']+';/g, '').trim(), entry).toBe('');
  return lists.flatMap(([, names = '', from = '']) =>
    names
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter((name) => name !== '')
      .map((name) => ({ name, file: join(dirname(path), from) })),
  );
}

/** The comment right before a declaration; undefined where there is none. */
function commentOf({ name, file }: Exported): string | undefined {
  const text = readFileSync(file, 'utf8');
  const declared = new RegExp(
    `(/\\*\\*(?:(?!\\*/)[^])*\\*/\\n)?export (?:async )?(?:function|class|interface|type|const) ${name}\\b`,
  ).exec(text);
  if (declared === null) throw new Error(`${relative(root, file)} does not declare ${name}`);
  return declared[1];
}

describe.each(readdirSync(folder))('public/%s', (entry) => {
  test('each export has a sentence', () => {
    const all = exportsOf(entry);
    expect(all.length).toBeGreaterThan(3);
    const silent = all.filter((one) => !/[a-z]{2,}.* .*\./is.test(commentOf(one) ?? ''));
    expect(silent.map(({ name, file }) => `${name} of ${relative(root, file)}`)).toEqual([]);
  });
});
