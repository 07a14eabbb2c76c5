// The recipes with their options, as they are written: one file and one line in this list for each.
import { cifarFast } from './cifar-fast.ts';
import { circles } from './circles.ts';
import { convMnist } from './conv-mnist.ts';
import { digits } from './digits.ts';
import type { Family } from './family.ts';
import { fcMnist } from './fc-mnist.ts';
import type { RecipeInput } from './recipe.ts';
import { remedies } from './remedies.ts';
import { severalDigits } from './several-digits.ts';
import { superConvergence } from './super-convergence.ts';
import { vggCifar } from './vgg-cifar.ts';
import { vggMnist } from './vgg-mnist.ts';

export const families: readonly Family<RecipeInput>[] = [
  digits,
  cifarFast,
  fcMnist,
  convMnist,
  vggMnist,
  vggCifar,
  remedies,
  superConvergence,
  circles,
  severalDigits,
];
