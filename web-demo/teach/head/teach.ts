// Teaches a head by examples: judged on those that were kept apart, then trained on all of them.
import { measureAccuracy } from '../../../models/complete-card.ts';
import { argMax } from '../../../models/rank.ts';
import { holdOut, type Origin } from './hold-out.ts';
import { answersOf, type Examples, type Head, trainHead } from './regression.ts';

/** Examples with where they come from. */
export interface Lesson extends Examples {
  readonly origins: readonly Origin[];
  readonly seed: number;
}

/** How good a head is on the examples that it has not seen. */
export interface Judgment {
  /** How many there were. */
  readonly n: number;
  /** How many a head was trained on that was judged. */
  readonly trained: number;
  readonly accuracy: number;
  readonly errorRate: number;
  /** Mean cross-entropy. */
  readonly loss: number;
  /** `confusion[right][answered]`: numbers of examples. */
  readonly confusion: readonly (readonly number[])[];
}

/** An example, by how little the judged head believes in its class. */
export interface Doubt {
  readonly index: number;
  /** Of the class that it was given. */
  readonly probability: number;
  readonly answered: number;
}

export interface Taught {
  /** Trained on all examples. */
  readonly head: Head;
  /** Undefined where each class has one example alone. */
  readonly judgment: Judgment | undefined;
  /** Every example, the most doubtful first. */
  readonly doubts: readonly Doubt[];
  /** Examples that the judged head was held against. */
  readonly heldOut: readonly number[];
}

/** @throws RangeError for fewer than two classes, or a class without an example. */
export function teach(lesson: Lesson): Taught {
  const { labels, classes, origins, seed } = lesson;
  const counts = Array.from({ length: classes }, () => 0);
  for (const label of Array.from(labels)) counts[label] = (counts[label] ?? 0) + 1;
  if (classes < 2 || counts.some((count) => count === 0))
    throw new RangeError(
      `teach: received ${counts.join(', ')} examples, expected some of two classes at least`,
    );
  const { train, heldOut } = holdOut(origins, seed);
  const head = trainHead(lesson);
  if (heldOut.length === 0) return { head, judgment: undefined, doubts: doubtsOf(head, lesson), heldOut };
  const judged = trainHead(part(lesson, train));
  const judgment = judge(judged, part(lesson, heldOut), train.length);
  return { head, judgment, doubts: doubtsOf(judged, lesson), heldOut };
}

function judge(head: Head, examples: Examples, trained: number): Judgment {
  const { features, labels, classes } = examples;
  const answers = answersOf(head, features);
  const { n, accuracy, errorRate, loss } = measureAccuracy(answers, labels, 'validation');
  const confusion = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (let i = 0; i < n; i++) {
    const row = confusion[labels[i] ?? 0] ?? [];
    const answered = argMax(answers.subarray(i * classes, (i + 1) * classes));
    row[answered] = (row[answered] ?? 0) + 1;
  }
  return { n, trained, accuracy, errorRate, loss, confusion };
}

function doubtsOf(head: Head, { features, labels, classes }: Examples): Doubt[] {
  const answers = answersOf(head, features);
  const doubts = Array.from({ length: labels.length }, (_, index): Doubt => {
    const row = answers.subarray(index * classes, (index + 1) * classes);
    return { index, probability: row[labels[index] ?? 0] ?? 0, answered: argMax(row) };
  });
  return doubts.sort((a, b) => a.probability - b.probability);
}

/** Some of the examples. */
function part({ features, labels, classes }: Examples, indices: readonly number[]): Examples {
  const width = features.length / labels.length;
  const some = new Float32Array(indices.length * width);
  for (const [i, index] of indices.entries())
    some.set(features.subarray(index * width, (index + 1) * width), i * width);
  return { features: some, labels: indices.map((index) => labels[index] ?? 0), classes };
}
