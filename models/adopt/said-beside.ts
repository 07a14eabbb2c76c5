// What says how a model from elsewhere is used: a card.json, or what the Hugging Face Hub has instead.

/** The configuration of a network of transformers or timm: its labels, and what it was trained for. */
export const CONFIG_FILE = 'config.json';

/** How transformers prepares pictures for it. */
export const PREPROCESSOR_FILE = 'preprocessor_config.json';

/** Files beside a model: their paths, or their contents. */
export interface Beside<T> {
  readonly card?: T;
  readonly config?: T;
  readonly preprocessor?: T;
}

/** What is wrong with a model of the Hub that has none of them. */
export const NOTHING_SAID =
  'nothing says how it is used: it has no card of ours, and its repository no config.json and preprocessor_config.json beside it. Download it, and write a card.json beside it';
