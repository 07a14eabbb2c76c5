// What the shipped digits model says of digits, on a pad and on paper, and of what is none.
import { drawStrokes as drawPen } from '../../../examples/pen-digits/draw.ts';
import { readPens, type WrittenDigit } from '../../../examples/pen-digits/pens.ts';
import { withNovelty } from '../../../export/novelty/index.ts';
import type { SomePictures } from '../../../export/novelty/values.ts';
import { preparePicture } from '../../../models/image/prepare.ts';
import { withoutNovelty } from '../../../models/onnx/without-novelty.ts';
import { imagesOf, loadDataset, type MemoryDataset } from '../../../train/datasets/index.ts';
import { drawingsOf, kindNames, shownOf } from '../../export/novelty/kinds.ts';
import { photographedImage, photographedStrokes } from '../../export/novelty/paper.ts';
import { strokesOf } from '../../web-demo/strokes.ts';
import { table } from '../support/statistics.ts';
import { auroc, percent, pictures, readModel, scoresOf, shareAbove } from './measure.ts';

/** Pictures of each kind, photographs of each kind of digits, and photographs of hair lines. */
const N = 1000;
const PHOTOGRAPHS = 800;
const HAIR_LINES = 240;

/** The first of the writers whom the shipped model was not trained on. */
const FIRST_WRITER = 23;
/** The width of the page's line, in pixels of the picture that it gives the model. */
const PEN = 5;

type Shipped = Awaited<ReturnType<typeof readModel>>;

/**
 * Prints which digits are told by mistake, and which other drawings are told.
 * @param pens - a file of the pen digits, for the rows of other people's digits.
 */
export async function measureDigits(pens: string | undefined): Promise<void> {
  const [mnist, cifar] = [await loadDataset('mnist'), await loadDataset('cifar10')];
  const shipped = await readModel('digits');
  const test = { ...mnist.validation, at: (i: number) => imagesOf(mnist.validation, i, i + 1) };
  const own = await scoresOf(shipped.model, shipped.card, test);
  console.log(`\ndigits, above ${shipped.threshold}, by mistake:`);
  console.log(table(['digits', 'n', 'told', 'of those read right'], await knownRows(shipped, mnist, pens)));
  const photographs = Buffer.concat(
    Array.from({ length: N }, (_, i) => {
      const data = new Uint8Array(imagesOf(cifar.validation, i, i + 1));
      return preparePicture({ data, width: 32, height: 32, channels: 3 }, [28, 28, 1], { rule: 'digit' });
    }),
  );
  const rows: string[][] = [];
  for (const kind of kindNames) {
    const drawn = pictures(drawingsOf(kind, N), 784);
    const scores = await scoresOf(shipped.model, shipped.card, drawn);
    const unseen = shownOf(kind).length === 0 ? 'as it is' : await toldUnseen(shipped, mnist, kind, drawn);
    rows.push([
      kind,
      String(N),
      shareAbove(scores, shipped.threshold),
      unseen,
      auroc(own, scores).toFixed(3),
    ]);
  }
  const scores = await scoresOf(shipped.model, shipped.card, pictures(photographs, 784));
  rows.push([
    'CIFAR-10 pictures',
    String(N),
    shareAbove(scores, shipped.threshold),
    'as it is',
    auroc(own, scores).toFixed(3),
  ]);
  const [blank = 0] = await scoresOf(shipped.model, shipped.card, { n: 1, at: () => new Uint8Array(784) });
  rows.push(['an empty page', '1', percent(blank > shipped.threshold ? 1 : 0), '', blank.toFixed(2)]);
  console.log('\ndigits, what is none; unseen: by a detector that was fitted to none of the kind:');
  console.log(table(['drawings', 'n', 'told', 'told unseen', 'AUROC'], rows));
}

/** The share of a kind that a detector tells which was shown none of it, fitted to the same weights and MNIST. */
async function toldUnseen(
  { model, card }: Shipped,
  { train, validation: test }: MemoryDataset,
  kind: (typeof kindNames)[number],
  drawn: SomePictures,
): Promise<string> {
  const told = await withNovelty(withoutNovelty(model), card, { train, validation: test }, shownOf(kind));
  if (told === undefined) throw new Error('digits can be drawn');
  return shareAbove(await scoresOf(told.model, card, drawn), told.novelty.threshold);
}

interface Labeled {
  readonly label: number;
  readonly picture: Uint8Array;
}

async function knownRows(shipped: Shipped, { validation: test }: MemoryDataset, pens: string | undefined) {
  const images = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ label: test.labels[i] ?? 0, picture: imagesOf(test, i, i + 1) }));
  const written = pens === undefined ? [] : readPens(pens).filter(({ writer }) => writer >= FIRST_WRITER);
  const kinds: (readonly [kind: string, digits: readonly Labeled[]])[] = [
    ['test digits of MNIST', images(test.n)],
    ['the same on photographed paper', await photographedImages(images(PHOTOGRAPHS))],
    ['pen digits', written.map(({ label, strokes }) => ({ label, picture: drawn(strokes) }))],
    ['the same on photographed paper', await photographedPens(written)],
    ['hair lines on paper (0, 1, 7)', await hairLines()],
  ];
  const rows: string[][] = [];
  for (const [kind, digits] of kinds) {
    if (digits.length === 0) continue;
    const all = { n: digits.length, at: (i: number) => digits[i]?.picture ?? new Uint8Array() };
    const scores = await scoresOf(shipped.model, shipped.card, all);
    const answers = await scoresOf(shipped.model, shipped.card, all, 'probabilities');
    const right = scores.filter(
      (_, i) => labelOf(answers.subarray(10 * i, 10 * i + 10)) === digits[i]?.label,
    );
    const share = `${shareAbove(right, shipped.threshold)} of ${right.length}`;
    rows.push([kind, String(all.n), shareAbove(scores, shipped.threshold), share]);
  }
  return rows;
}

const labelOf = (probabilities: Float32Array) => probabilities.indexOf(Math.max(...probabilities));

function drawn(strokes: WrittenDigit['strokes']): Uint8Array {
  return preparePicture(drawPen(strokes, PEN), [28, 28, 1], { rule: 'digit' });
}

async function photographedImages(images: readonly Labeled[]): Promise<Labeled[]> {
  const made: Labeled[] = [];
  for (const [i, { label, picture }] of images.entries())
    made.push({ label, picture: await photographedImage(new Uint8Array(picture), i) });
  return made;
}

async function photographedPens(written: readonly WrittenDigit[]): Promise<Labeled[]> {
  const made: Labeled[] = [];
  for (let i = 0; i < Math.min(PHOTOGRAPHS, written.length); i++) {
    const { label = 0, strokes = [] } = written[(i * 7) % written.length] ?? {};
    made.push({ label, picture: await photographedStrokes(inUnitSquare(strokes), i) });
  }
  return made;
}

/** Sharp and without noise, as an app that scans paper makes them. */
async function hairLines(): Promise<Labeled[]> {
  const made: Labeled[] = [];
  for (let i = 0; i < HAIR_LINES; i++) {
    const label = '017'[i % 3] ?? '';
    made.push({ label: Number(label), picture: await photographedStrokes(strokesOf(label), i, true) });
  }
  return made;
}

/** The longer side from 0 to 1, and the other in the middle. */
function inUnitSquare(strokes: WrittenDigit['strokes']) {
  const extent = (key: 'x' | 'y') => {
    const values = strokes.flat().map((place) => place[key]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return { middle: (low + high) / 2, long: high - low };
  };
  const [across, down] = [extent('x'), extent('y')];
  const side = Math.max(across.long, down.long, 1);
  return strokes.map((stroke) =>
    stroke.map(({ x, y }) => [0.5 + (x - across.middle) / side, 0.5 + (y - down.middle) / side] as const),
  );
}
