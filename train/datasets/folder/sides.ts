// What the two sides of a split are called, as folders and as words in a table.

export type Side = 'train' | 'valid' | 'test';

const WORDS: Readonly<Record<Side, readonly string[]>> = {
  train: ['train', 'training', 'trn'],
  valid: ['valid', 'validation', 'val', 'dev', 'development', 'eval', 'evaluation'],
  test: ['test', 'testing', 'tst'],
};

/** What may follow the word in a folder's name: `train_images`, `val2017`, `train-jpg`. */
const REST = /[_ -]?(images?|imgs?|pictures?|photos?|jpe?gs?|pngs?|set|data|split|\d{4})?$/;

/** The side that a word of a table names. */
export function sideOfWord(word: string): Side | undefined {
  const lower = word.toLowerCase();
  return (['train', 'valid', 'test'] as const).find((side) => WORDS[side].includes(lower));
}

/** The side that the name of a folder, or of a table without its ending, names. */
export function sideOfName(name: string): Side | undefined {
  return sideOfWord(name.toLowerCase().replace(REST, '')) ?? sideOfWord(name);
}
