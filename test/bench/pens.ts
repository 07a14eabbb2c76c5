// `npm run bench pens`: what people wrote with a pen on a tablet, read and grouped by the page's own code. The data are not
// in the repository: examples/pen-digits/README.md says where they are from.
import { readFileSync } from 'node:fs';
import { defineCommand } from 'citty';
import { drawStrokes } from '../../examples/pen-digits/draw.ts';
import { readPens, type WrittenDigit } from '../../examples/pen-digits/pens.ts';
import { readCard } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { preparePicture } from '../../models/image/prepare.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { findModel } from '../../models/repository.ts';
import { openModelSession } from '../../serve/sessions/session.ts';
import { repositoryFolder } from '../../setup/paths.mjs';
import { groupStrokes } from '../../web-demo/page/draw/groups.ts';
import { fitOdds, pairsOf, shareRight } from './pens/fit.ts';
import { drawNumbers, isRight } from './pens/numbers.ts';
import { table } from './support/statistics.ts';

/** Widths of the page's line, in pixels of the picture that it gives the model; the page's bounds are 4.5 and 6. */
const PENS = [4.5, 5, 6];

/** Seeds of the numbers that are measured and of those that are fitted. */
const SEED = { measured: 1, fitted: 2 };

export const command = defineCommand({
  meta: { name: 'pens', description: 'Digits that people wrote with a pen: read and grouped' },
  args: {
    pens: {
      type: 'string',
      description: 'pendigits-orig.tra of the UCI repository, gzipped or not',
      default: '',
    },
    from: {
      type: 'string',
      description: 'First writer that is measured; those before are fitted',
      default: '23',
    },
    n: { type: 'string', description: 'Numbers of each kind', default: '500' },
    model: { type: 'string', description: 'Model of the repository', default: 'digits' },
    fit: { type: 'boolean', description: 'Fits the odds of grouping instead', default: false },
  },
  async run({ args }) {
    if (args.pens === '') throw new UserError('--pens has no value: expected the path of pendigits-orig.tra');
    const n = wholeNumber('n', args.n, 1, 100_000);
    const from = wholeNumber('from', args.from, 1, 30);
    const written = readPens(args.pens);
    const kept = written.filter(({ writer }) => writer >= from);
    if (args.fit) {
      const others = written.filter(({ writer }) => writer < from);
      const numbers = (digits: readonly WrittenDigit[], seed: number) =>
        [1, 2, 3].flatMap((count) =>
          [true, false].flatMap((touching) => drawNumbers(digits, { digits: count, touching, n, seed })),
        );
      const [fitted, measured] = [
        pairsOf(numbers(others, SEED.fitted)),
        pairsOf(numbers(kept, SEED.measured)),
      ];
      const odds = fitOdds(fitted).map((weight) => Number(weight.toFixed(2)));
      console.log(`odds of ${fitted.length} pairs: [${odds.join(', ')}]`);
      console.log(`right of ${measured.length} pairs of others: ${percent(shareRight(odds, measured))}`);
      return;
    }
    console.log(await readAll(kept, args.model));
    const rows = [1, 2, 3].flatMap((digits) =>
      (digits === 1 ? [false] : [false, true]).map((touching) => {
        const numbers = drawNumbers(kept, { digits, touching, n, seed: SEED.measured });
        const right = numbers.filter((number) => isRight(groupStrokes(number.flat()), number)).length;
        return [String(digits), touching ? 'touches' : 'apart', percent(right / n), String(n)];
      }),
    );
    console.log(`\n${table(['digits', 'ink', 'grouped right', 'n'], rows)}`);
  },
});

/** A table of how many are read right, by digit and width of the line. */
async function readAll(digits: readonly WrittenDigit[], model: string): Promise<string> {
  const { path } = await findModel(repositoryFolder, model);
  const card = readCard(readFileSync(path));
  const session = await openModelSession(path, card, { threads: 2, device: 'cpu' });
  const rows: string[][] = [];
  for (const pen of PENS) {
    const right = new Array<number>(card.labels.length).fill(0);
    for (const { strokes, label } of digits) {
      const input = preparePicture(drawStrokes(strokes, pen), card.input.shape, card.input.prepare);
      const answer = [...(await session.run(input, 1)).output];
      if (answer.indexOf(Math.max(...answer)) === label) right[label] = (right[label] ?? 0) + 1;
    }
    const of = (label: number) => digits.filter((digit) => digit.label === label).length;
    const all = right.reduce((sum, value) => sum + value, 0) / digits.length;
    rows.push([String(pen), percent(all), ...right.map((value, label) => percent(value / of(label)))]);
  }
  return table(['line, pixels', 'read right', ...card.labels], rows);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
