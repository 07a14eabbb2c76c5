// A model as the server knows it, for tests of messages about it: no file is behind it.
import type { ServedModel } from '../../../serve/engine/models.ts';

export const model: ServedModel = {
  ...{
    name: 'colors',
    version: 3,
    path: '/nowhere',
    sha256: '0'.repeat(64),
    bytes: 1,
    written: 0,
    adopted: false,
  },
  card: {
    ...{
      format: 'trainyard-card/1',
      task: 'single',
      name: 'colors',
      description: '',
      labels: ['red', 'green', 'blue'],
    },
    input: {
      name: 'image',
      shape: [1, 2, 3],
      prepare: { rule: 'resize', filter: 'bilinear', crop: 'stretch' },
    },
    output: { name: 'probabilities' },
    ...{ architecture: { name: 'linear', parameters: 1 }, tta: 'none', recipe: {}, datasets: [], golden: [] },
    ...{ recipeDigest: '0'.repeat(64), weightsDigest: '0'.repeat(64), metrics: null, parity: null },
  },
};
