// What a recipe file exports by default, told from other objects by a mark; loads nothing, since threads look here too.

import type { TransformDefinition } from '../augment/transforms.ts';
import { definitionBehind } from './chosen.ts';

/** The marks of what our `define` functions make. */
export const MARKS = {
  recipe: Symbol.for('trainyard/recipe'),
  config: Symbol.for('trainyard/config'),
  dataset: Symbol.for('trainyard/dataset'),
} as const;

/** Whether the `define` function of this kind made it. */
export function isMarked(kind: keyof typeof MARKS, value: unknown): value is object {
  return typeof value === 'object' && value !== null && MARKS[kind] in value;
}

/** The transforms that the recipes of a module name. */
export function transformsOf(exported: unknown): TransformDefinition[] {
  const recipes: unknown = isMarked('config', exported) ? Reflect.get(exported, 'recipes') : [exported];
  return listOf(recipes)
    .flatMap((recipe) => (isMarked('recipe', recipe) ? listOf(Reflect.get(recipe, 'augment')) : []))
    .flatMap((each) => definitionBehind('transform', each) ?? []);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}
