// What the two sides of a split are called, as folders and as words in a table.

export type Side = 'train' | 'valid' | 'test';

/**
 * What becomes of a folder called test that has the classes, where nothing is for validation: it is kept as the test, and
 * validation is chosen from training, or it validates.
 */
export type TestFolder = 'kept' | 'validates';

/** When the pictures of a test are looked at. */
export const ONCE = 'looked at once, when a training has ended';

const WORDS: Readonly<Record<Side, readonly string[]>> = {
  train: ['train', 'training', 'trn'],
  // PublicTest and PrivateTest are FER2013's, whose first one is validated with.
  valid: [
    'valid',
    'validation',
    'val',
    'dev',
    'development',
    'eval',
    'evaluation',
    'publictest',
    'public_test',
  ],
  test: ['test', 'testing', 'tst', 'privatetest', 'private_test'],
};

/** What may follow the word in the name of a folder or a table: `train_images`, `val2017`, `train-jpg`, `train_labels`. */
const REST =
  /[_ -]?(images?|imgs?|pictures?|photos?|jpe?gs?|pngs?|set|data|split|labels?|annotations?|metadata|list|\d{1,4})?$/;

/** The side that a word of a table names. */
export function sideOfWord(word: string): Side | undefined {
  const lower = word.trim().toLowerCase();
  return (['train', 'valid', 'test'] as const).find((side) => WORDS[side].includes(lower));
}

/** The sides in the order of their numbers, as CelebA's `partition` and WILDS' `split` have them. */
const NUMBERED: readonly Side[] = ['train', 'valid', 'test'];

/** Whether words are 0, 1 and 2, all of them: of 0 and 1 nobody can tell whether 1 is for validation or for a test. */
export function areSideNumbers(words: readonly string[]): boolean {
  const numbers = new Set(words.map(numberOf));
  return numbers.size === NUMBERED.length && [0, 1, 2].every((number) => numbers.has(number));
}

/** The side that a number of a column names of which `areSideNumbers` holds. */
export function sideOfNumber(word: string): Side | undefined {
  return NUMBERED[numberOf(word)];
}

/** Of `1` and `1.0`; NaN of anything else. */
const numberOf = (word: string): number => (/^\d+(\.0+)?$/.test(word.trim()) ? Number(word) : Number.NaN);

/** The side that the name of a folder, or of a table without its ending, names. */
export function sideOfName(name: string): Side | undefined {
  return sideOfWord(name.toLowerCase().replace(REST, '')) ?? sideOfWord(name);
}

/** The sides that names of folders tell, also where all begin alike: `seg_train`, `seg_test`. */
export function sidesOfNames(names: readonly string[]): Map<string, Side> {
  const [first = ''] = names;
  const begins = [...first.matchAll(/[_ -]/g)].map(({ index }) => first.slice(0, index + 1));
  const common =
    names.length < 2 ? '' : (begins.findLast((begin) => names.every((name) => name.startsWith(begin))) ?? '');
  return new Map(
    names.flatMap((name): [string, Side][] => {
      const side = sideOfName(name) ?? sideOfName(name.slice(common.length));
      return side === undefined ? [] : [[name, side]];
    }),
  );
}
