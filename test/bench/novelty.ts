// `npm run bench novelty`: what the shipped models say of pictures of kinds that they do not know, and of those that they do.
import { defineCommand } from 'citty';
import { measureCifar } from './novelty/cifar.ts';
import { measureDigits } from './novelty/digits.ts';

export const command = defineCommand({
  meta: { name: 'novelty', description: 'What the shipped models say of pictures that they do not know' },
  args: {
    pens: {
      type: 'string',
      description: 'pendigits-orig.tra of the UCI repository, gzipped or not, for the rows of pen digits',
      default: '',
    },
  },
  async run({ args }) {
    await measureDigits(args.pens === '' ? undefined : args.pens);
    await measureCifar();
  },
});
