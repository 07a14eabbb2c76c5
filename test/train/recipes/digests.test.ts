// The digests of the built-in recipes: what a recipe is said to be must not change with how it is written.
import { describe, expect, it } from 'vitest';
import { presets } from '../../../train/augment/index.ts';
import { ourNetwork, recipeOn } from '../../../train/recipes/folder.ts';
import { families, findRecipe, recipeDigest, resolveRecipe } from '../../../train/recipes/index.ts';
import { folderNetworks } from '../../../train/recipes/networks.ts';
import digests from './digests.json' with { type: 'json' };

/** Every member of every family, each recipe with every preset of augmentation, and a folder with every network. */
function digestsNow(): Record<string, string> {
  const found: [string, string][] = [];
  for (const { recipe, options = [] } of families) {
    let members: Record<string, string>[] = [{}];
    // What came later is not said where it is usual.
    for (const { name, values, isLater, standard } of options)
      members = members.flatMap((chosen) =>
        Object.keys(values).map((value) =>
          isLater && value === standard ? chosen : { ...chosen, [name]: value },
        ),
      );
    members.push(...Object.keys(presets).map((augment) => ({ augment })));
    for (const chosen of members) {
      const words = Object.entries(chosen).map(([name, value]) => `--${name} ${value}`);
      found.push([[recipe.name, ...words].join(' '), recipeDigest(findRecipe(recipe.name, {}, chosen))]);
    }
  }
  const folder = { path: '/pictures', options: {}, labels: ['cat', 'dog'], images: 100 };
  for (const architecture of folderNetworks.keys()) {
    const recipe = resolveRecipe(recipeOn(folder, ourNetwork({ architecture })));
    found.push([`./pictures --architecture ${architecture}`, recipeDigest(recipe)]);
  }
  return Object.fromEntries(found);
}

describe('recipeDigest', () => {
  it('is for every built-in recipe what it has been since runs were kept', () => {
    expect(digestsNow()).toEqual(digests);
  });
});
