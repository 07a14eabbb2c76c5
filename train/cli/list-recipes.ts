// Every recipe with its options, as text.
import { command } from '../../setup/invocation.mjs';
import type { OwnRecipes } from '../project/list.ts';
import { families } from '../recipes/families.ts';

/**
 * The recipes as text.
 * @param own - Those of a config.
 */
export function listRecipes(own?: OwnRecipes): string {
  const names = [...families.map(({ recipe }) => recipe), ...(own?.recipes ?? [])];
  const width = Math.max(...names.map(({ name }) => name.length));
  const lines = families.flatMap(({ recipe: { name, description }, options = [] }) => [
    `  ${name.padEnd(width)}  ${description}`,
    ...options.map(
      (option) =>
        `  ${''.padEnd(width)}    --${option.name} ${Object.keys(option.values).join('|')} (${option.standard})`,
    ),
  ]);
  const ownLines = (own?.recipes ?? []).map(({ name, description = '' }) =>
    `  ${name.padEnd(width)}  ${description}`.trimEnd(),
  );
  return [
    ...(own === undefined ? [] : [`Recipes of ${own.path}:`, ...ownLines, '']),
    own === undefined ? 'Recipes:' : 'Recipes of Trainyard:',
    ...lines,
    '',
    `Train one: ${command('train', ['digits'])}`,
    `Your own pictures, a folder for each class: ${command('train', ['./photos'])}`,
    `With options: ${command('train', ['conv-mnist', '--init', 'small'])}`,
    `How long will it take? ${command('train', ['vgg-cifar', '--plan'])}`,
  ].join('\n');
}

/** The same for programs. */
export function recipesAsJson(own?: OwnRecipes): object {
  return {
    ...(own && { own }),
    recipes: families.map(({ recipe: { name, description }, options = [] }) => ({
      name,
      description,
      options: options.map(({ name: option, standard, values }) => ({
        name: option,
        standard,
        values: Object.keys(values),
      })),
    })),
  };
}
