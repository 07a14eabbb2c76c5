// What the other formats are called on the command line.

export const FORMAT_NAMES = ['tfjs-layers', 'tfjs-graph', 'saved-model', 'transformers'] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];
