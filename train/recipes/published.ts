// The rows of RESULTS.md: what is trained, what the series published for it, what is aimed at here.
import { families } from './index.ts';

export interface Row {
  /** Of the recipe, or a folder that `npm run photos` makes: `./pets`. */
  recipe: string;
  /** Of its family's options; of a folder, those of the command. */
  options: Readonly<Record<string, string>>;
  published: string;
  /** What the same command should reach here. */
  aim: string;
}

const remedyNames = families
  .flatMap(({ recipe, options = [] }) => (recipe.name === 'remedies' ? options : []))
  .flatMap(({ values }) => Object.keys(values));

export const lessonRows: readonly Row[] = [
  row('fc-mnist', { init: 'normal' }, '85.75 %, cost 108', 'the same effect'),
  row('fc-mnist', { init: 'variance-scaling' }, '–', '≥ 98 %'),
  row('conv-mnist', { init: 'normal', optimizer: 'sgd' }, '81.88 %, cost 15,083', 'the same effect'),
  row('conv-mnist', { init: 'small', optimizer: 'sgd' }, '5 %, cost 2.3026', 'the same effect'),
  row('conv-mnist', { init: 'variance-scaling', optimizer: 'sgd' }, '97.29 %, cost 0.095', '≥ 98.5 %'),
  row('conv-mnist', { init: 'variance-scaling', optimizer: 'momentum' }, 'an animation', '–'),
  row('conv-mnist', { init: 'variance-scaling', optimizer: 'adam' }, 'an animation', '–'),
  row('vgg-mnist', {}, '97.86 %', '≥ 99.5 %'),
  row('vgg-cifar', { preset: 'raw' }, '70.94 %', '≥ 78 %'),
  row('vgg-cifar', { preset: 'mean-image' }, '72.56 %', 'the same or better'),
  row('vgg-cifar', { preset: 'best' }, 'none', '≥ 92 % within 75 minutes on two cores'),
  row('super-convergence', { schedule: 'step' }, '91.2 % (ResNet-56)', 'the yardstick, 40 epochs'),
  row('super-convergence', { schedule: 'one-cycle' }, '92.4 % (ResNet-56)', 'the same or better in 8 epochs'),
];

export const remedyRows: readonly Row[] = remedyNames.map((remedy) =>
  row('remedies', { remedy }, 'a list', '–'),
);

export const circleRows: readonly Row[] = [
  row('circles', { count: '1-5', augment: 'photo' }, '86.4 %, 3 epochs', '≥ 99.9 %'),
  row('circles', { count: '1-5' }, '99.8 %, tuned, 15 epochs', '≥ 99.9 %'),
  row('circles', { count: '45-49', augment: 'photo' }, '25 %', 'the same effect, and a warning'),
  row('circles', { count: '45-49' }, '100 %', '≥ 99.9 %'),
  row('circles', { count: 'various' }, '100 %', '≥ 99.9 %'),
];

const tuned = { epochs: '20', 'learning-rate': '0.00083' };
const headAlone = { 'freeze-epochs': '10' };
const fromScratch = { architecture: 'resnet-small', epochs: '40' };

export const folderRows: readonly Row[] = [
  row('./pets', headAlone, '–', 'where the climb begins'),
  row('./pets', {}, '86 %', 'the same or better'),
  row('./pets', tuned, '92 % after tuning', 'the same climb'),
  row('./ten', fromScratch, '–', 'the yardstick, from scratch'),
  row('./ten', headAlone, '–', 'better than from scratch'),
  row('./ten', {}, '–', 'better still'),
];

/** All of them. */
export const rows: readonly Row[] = [...lessonRows, ...remedyRows, ...circleRows, ...folderRows];

/** Rows that are compared: the second with the first. */
export const pairs: readonly (readonly [Row, Row])[] = [
  pair('vgg-cifar', { preset: 'raw' }, { preset: 'mean-image' }),
  pair('super-convergence', { schedule: 'step' }, { schedule: 'one-cycle' }),
  ...['1-5', '45-49'].map((count) => pair('circles', { count, augment: 'photo' }, { count })),
  pair('./pets', headAlone, {}),
  pair('./pets', {}, tuned),
  pair('./ten', fromScratch, headAlone),
  pair('./ten', fromScratch, {}),
  ...remedyNames.slice(1).map((remedy) => pair('remedies', { remedy: 'none' }, { remedy })),
];

function row(recipe: string, options: Row['options'], published: string, aim: string): Row {
  return { recipe, options, published, aim };
}

function pair(recipe: string, first: Row['options'], second: Row['options']): readonly [Row, Row] {
  return [row(recipe, first, '', ''), row(recipe, second, '', '')];
}
