// Every recipe with its options, as text.
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
    'Train one: npm run train digits',
    'Your own pictures, a folder for each class: npm run train ./photos',
    'With options: npm run train conv-mnist -- --init small',
    'How long will it take? npm run train vgg-cifar -- --plan',
  ].join('\n');
}
