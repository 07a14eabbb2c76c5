// What a way out is: a folder in another program's format, written from a traced network and read back to prove it.

import type { Graph } from '../../train/graph/graph.ts';
import type { State } from '../../train/graph/state.ts';
import type { Classifier } from '../parity/classifier.ts';
import type { CardDraft } from '../publish/card.ts';

/** A network on its way out. */
export interface TracedClassifier {
  readonly card: CardDraft;
  /** The forward pass: an input `image`, one output, the probabilities. */
  readonly graph: Graph;
  readonly state: State;
}

export interface ExportFormat {
  /** What reads it, in a few words. */
  readonly description: string;
  /** Fills an empty folder. @throws UserError when the format cannot say what the network does. */
  readonly write: (folder: string, source: TracedClassifier) => Promise<void>;
  /** Reads the folder as its user would, to be compared with the network. */
  readonly open: (folder: string, source: TracedClassifier) => Promise<Classifier>;
  /** What the format cannot carry of this model, if anything: a sentence for its user. */
  readonly note?: (card: CardDraft) => string | undefined;
}

/** What the output is called in every format. */
export const OUTPUT = 'probabilities';
