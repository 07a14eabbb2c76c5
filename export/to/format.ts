// What another format is: a folder for another program, written from a traced network and read back to compare it.

import type { CardDraft } from '../../models/complete-card.ts';
import type { Classifier } from '../parity/classifier.ts';
import type { TracedNetwork } from '../trace/network.ts';

/** A network that is written in another format. */
export interface TracedClassifier extends TracedNetwork {
  readonly card: CardDraft;
}

export interface ExportFormat {
  /** What reads it, in a few words. */
  readonly description: string;
  /** Fills an empty folder. @throws UserError when the format cannot say what the network does. */
  readonly write: (folder: string, source: TracedClassifier) => Promise<void>;
  /** Reads the folder as its user would, to be compared with the network. */
  readonly open: (folder: string, source: TracedClassifier) => Promise<Classifier>;
  /** What the format cannot say of this model, if anything: a sentence for its user. */
  readonly note?: (card: CardDraft) => string | undefined;
}
