// What can be exported as a model of pictures, and the options of an export.

import type { ModelProto } from '../../models/onnx/schema.ts';
import type { Split } from '../../train/datasets/index.ts';
import type { Classifier } from '../parity/classifier.ts';
import type { NetworkOptions, PictureFunction } from '../trace/network.ts';
import type { Convert } from './index.ts';
import type { OnStage } from './stages.ts';
import type { AnyDraft } from './tasks.ts';

/**
 * A network to be exported. Its `probabilities` take pictures, or features `[N,F]` of `backbone`; the names of its
 * `variables` are those of the file's initializers.
 */
export interface Exportable extends PictureFunction {
  readonly card: AnyDraft;
  /** A file from elsewhere, as a graph from `image` to `features`, that the network was trained upon. */
  readonly backbone?: ModelProto;
  /**
   * Pictures that prove parity, with their labels: those of the test, or where there is no test those that validated.
   * Without labels, the card says nothing of accuracy.
   */
  readonly judged: Split;
  /** Pictures that it was trained on, from which the file learns to tell what it does not know; without, it does not. */
  readonly train?: Split;
  /** Pictures that validated, which set the threshold of what it does not know; those that judge it if left out. */
  readonly validation?: Split;
}

/** Where a model goes. */
export type Destination =
  /** Folder of a model repository, in which it is the next version. */
  | { readonly repository: string; readonly file?: undefined }
  /** A file, in place of what is there; its weights are beside it where they are too large for one. */
  | { readonly file: string; readonly repository?: undefined };

export type ExportOptions = Destination & {
  /** Largest difference of a probability; TOLERANCE if left out. */
  readonly tolerance?: number;
  /** Called after each stage. */
  readonly onStage?: OnStage;
  /** Converts the trace; by default our own exporter. */
  readonly convert?: Convert;
  /** What the file is compared with; by default the network itself, run by TensorFlow. */
  readonly reference?: Classifier;
  /** Gives the file the output `novelty` where its training pictures are there; true if left out. */
  readonly novelty?: boolean;
} & NetworkOptions;
