// A training that is given another length on its way: which steps are of which length.
import { expect, it } from 'vitest';
import { findRecipe, resolveRecipe } from '../../../train/recipes/index.ts';
import { haveEqualLengths, legsOf, lengthened } from '../../../train/recipes/lengths.ts';

const recipe = findRecipe('digits', { epochs: 3 });
const legs = (of: typeof recipe) => legsOf(of, 100).map(({ from, until, total }) => [from, until, total]);

it('keeps what a run was to be, step by step', () => {
  expect(legs(recipe)).toEqual([[0, 300, 300]]);
  const once = lengthened(recipe, 5, 300);
  expect(once).toMatchObject({ epochs: 5, formerLengths: [{ until: 300, epochs: 3 }] });
  const twice = lengthened(once, 4, 310);
  expect(legs(twice)).toEqual([
    [0, 300, 300],
    [300, 310, 500],
    [310, 400, 400],
  ]);
  expect(resolveRecipe(JSON.parse(JSON.stringify(twice)))).toEqual(twice);
});

it('goes on from where a run went back to', () => {
  const once = lengthened(recipe, 5, 300);
  expect(legs(lengthened(once, 8, 200))).toEqual([
    [0, 200, 300],
    [200, 800, 800],
  ]);
  expect(legs(lengthened(once, 8, 300))).toEqual([
    [0, 300, 300],
    [300, 800, 800],
  ]);
});

it('counts steps where they are not whole epochs, and forgets a budget that is no longer kept', () => {
  const short = { ...recipe, steps: 250, budget: 60 };
  const longer = lengthened(short, 3, 250);
  expect(longer).toEqual({ ...recipe, formerLengths: [{ until: 250, epochs: 3, steps: 250 }] });
  expect(legs(longer)).toEqual([
    [0, 250, 250],
    [250, 300, 300],
  ]);
});

it('leaves nothing of a length by which nothing was trained', () => {
  expect(lengthened(recipe, 5, 0)).toEqual({ ...recipe, epochs: 5 });
});

it('knows whether steps that are done would be done again in the same way', () => {
  const longer = lengthened(recipe, 5, 300);
  expect(haveEqualLengths(recipe, longer, 300, 100)).toBe(true);
  expect(haveEqualLengths(recipe, longer, 40, 100)).toBe(true);
  expect(haveEqualLengths(recipe, { ...recipe, epochs: 5 }, 40, 100)).toBe(false);
  expect(haveEqualLengths(longer, lengthened(recipe, 5, 200), 300, 100)).toBe(false);
});
