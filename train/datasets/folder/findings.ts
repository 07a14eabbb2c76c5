// What there is to say of a folder's files: which could not be read, which are odd, which are copies.

import type { TargetTask } from '../../tasks/task.ts';
import type { TestFolder } from './sides.ts';

/** A file that is left out, and why. */
export interface FileProblem {
  readonly path: string;
  readonly reason: string;
}

/** What is odd about a file that is used all the same. */
export const remarks = {
  animated: 'animated: the first frame is taken',
  cmyk: 'CMYK: turned into sRGB',
  deep: '16 bits: turned into 8',
  turned: 'turned upright as its EXIF orientation says',
  misnamed: 'its name says another format than its content',
  small: 'smaller than half of the network’s input: enlarged',
  transparent: 'transparent: laid on white',
} as const;

export type Remark = keyof typeof remarks;

/** Two pictures that look the same, one that is trained on and one that validates or is of the test. */
export interface NearDuplicate {
  readonly train: string;
  readonly other: string;
  readonly side: 'validation' | 'test';
  /** Bits in which their perceptual hashes differ; see perceptual-hash.ts. */
  readonly distance: number;
}

/** How many pictures of a class, or with a label, there are on each side. */
export interface ClassCount {
  readonly label: string;
  readonly train: number;
  readonly validation: number;
  /** Absent where there is no test. */
  readonly test?: number;
}

export interface FolderFindings {
  /** Absolute. */
  readonly root: string;
  /** What is learned, where that is not one class of each picture. */
  readonly task?: TargetTask | undefined;
  /** Of several labels how many pictures have each; empty of numbers. */
  readonly classes: readonly ClassCount[];
  /** What decides the labels, and what that leaves out, in words; absent in what earlier versions prepared. */
  readonly decides?: string;
  /** What became of a test folder that could validate; undefined where there is none. */
  readonly test?: TestFolder | undefined;
  /** Pictures of each fold, where one of several validates. */
  readonly folds?: readonly number[];
  /** How the split came about, in words. */
  readonly split: string;
  readonly problems: readonly FileProblem[];
  /** Files by what is odd about them. */
  readonly remarks: Readonly<Partial<Record<Remark, readonly string[]>>>;
  /** Files of equal bytes, where there is more than one. */
  readonly copies: readonly (readonly string[])[];
  /** Copies among them that have different labels. */
  readonly contradictions: readonly (readonly string[])[];
  readonly nearDuplicates: readonly NearDuplicate[];
  /** Further sentences, such as a class that has no validation picture. */
  readonly notes: readonly string[];
}
