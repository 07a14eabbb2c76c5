// Every recipe with its options, as text.
import { command } from '../../setup/invocation.mjs';
import { families } from '../recipes/families.ts';

export function listRecipes(): string {
  const width = Math.max(...families.map(({ recipe }) => recipe.name.length));
  const lines = families.flatMap(({ recipe: { name, description }, options = [] }) => [
    `  ${name.padEnd(width)}  ${description}`,
    ...options.map(
      (option) =>
        `  ${''.padEnd(width)}    --${option.name} ${Object.keys(option.values).join('|')} (${option.standard})`,
    ),
  ]);
  return [
    'Recipes:',
    ...lines,
    '',
    `Train one: ${command('train', ['digits'])}`,
    `Your own pictures, a folder for each class: ${command('train', ['./photos'])}`,
    `With options: ${command('train', ['conv-mnist', '--init', 'small'])}`,
    `How long will it take? ${command('train', ['vgg-cifar', '--plan'])}`,
  ].join('\n');
}

/** The same for programs. */
export function recipesAsJson(): object {
  return {
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
