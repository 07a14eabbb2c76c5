// What an export gave, as plain data: for `--json`, and for programs that run the command.

import type { Parity } from '../parity/index.ts';
import type { NetworkComparison } from '../parity/network-comparison.ts';
import type { FormatName } from '../to/names.ts';

export type ExportResult =
  /** A model file with a card, in the repository. */
  | {
      readonly kind: 'model';
      readonly name: string;
      readonly version?: number;
      readonly path: string;
      readonly parity: Parity;
      /** Share of the test pictures; null where they have no labels. */
      readonly accuracy: number | null;
    }
  /** A folder in another format. */
  | {
      readonly kind: 'folder';
      readonly name: string;
      readonly format: FormatName;
      readonly path: string;
      readonly parity: Parity;
    }
  /** A pretrained network without answers, in the repository. */
  | {
      readonly kind: 'features';
      readonly name: string;
      readonly version: number;
      readonly path: string;
      /** Of its features with those of tfjs. */
      readonly comparison: NetworkComparison;
    }
  /** A model of the Hugging Face Hub in our own form, in the repository; `source` is its address with the commit. */
  | {
      readonly kind: 'adopted';
      readonly name: string;
      readonly version: number;
      readonly path: string;
      readonly source: string;
    }
  /** A model from elsewhere as it is: a file, and another one of its weights where they are large. */
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly files: readonly string[];
      readonly comparison: NetworkComparison;
    };
