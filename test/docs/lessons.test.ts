// What docs/lessons.md shows is true: its commands are there, and every lesson is on the path.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../setup/paths.mjs';
import { augmentOptions } from '../../train/augment/index.ts';
import { trainCommand } from '../../train/cli/command.ts';
import { familyOptions } from '../../train/cli/options.ts';
import { findRecipe, wordsOf } from '../../train/recipes/index.ts';
import { circleRows, lessonRows, remedyRows } from '../../train/recipes/published.ts';

const text = readFileSync(join(root, 'docs/lessons.md'), 'utf8');
const commands = [...text.matchAll(/^ {4}npm run (\S+) ?(.*)$/gm)].map(([, script = '', rest = '']) => ({
  script,
  words: rest.split(' ').filter((word) => word !== '' && word !== '--'),
}));
const trained = commands
  .filter(({ script, words: [name = ''] }) => script === 'train' && !name.startsWith('./'))
  .map(({ words: [name = '', ...rest] }) => ({ name, options: pairsOf(rest) }));

/** `--init small --seeds 3` as an object. */
function pairsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.flatMap((word, i) => (word.startsWith('--') ? [[word.slice(2), words[i + 1] ?? '']] : [])),
  );
}

/** Those that choose the recipe; the others, such as --budget, are of the training. */
const ofRecipe = (options: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(options).filter(
      ([option]) => option in { ...familyOptions, ...augmentOptions, optimizer: true },
    ),
  );

describe('docs/lessons.md', () => {
  it('shows commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const { script } of commands) expect(Object.keys(scripts)).toContain(script);
    expect(trained.length).toBeGreaterThan(20);
    for (const { options } of trained)
      expect(Object.keys(trainCommand.args ?? {})).toEqual(expect.arrayContaining(Object.keys(options)));
  });

  it('has every lesson of RESULTS.md on the path', () => {
    const shown = trained.map(({ name, options }) => wordsOf(findRecipe(name, {}, ofRecipe(options))));
    for (const { recipe, options } of [...lessonRows, ...remedyRows, ...circleRows])
      expect(shown).toContain(wordsOf(findRecipe(recipe, {}, options)));
  });

  it('points at pages that there are', () => {
    const pages = [...text.matchAll(/\]\(([^)#]+)/g)].map(([, page = '']) => page);
    expect(pages.length).toBeGreaterThan(3);
    for (const page of pages) expect(existsSync(join(root, 'docs', page)), page).toBe(true);
  });
});
