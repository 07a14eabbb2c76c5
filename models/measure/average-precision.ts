// Average precision and the threshold with the best F1 of one label, from its scores on many pictures.

/** A threshold, and the precision, recall and F1 of the answers at least as large. */
export interface AtThreshold {
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Scores of one label, and for each whether the picture has it. */
export interface LabelScores {
  readonly scores: ArrayLike<number>;
  readonly has: ArrayLike<number>;
}

/** One point for each score that occurs, from the largest down: how many answers are that large, and how many of them are right. */
interface Point {
  readonly score: number;
  readonly answers: number;
  readonly right: number;
}

function pointsOf({ scores, has }: LabelScores): Point[] {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0),
  );
  const points: Point[] = [];
  let right = 0;
  for (const [place, i] of order.entries()) {
    right += has[i] === 1 ? 1 : 0;
    const [score = 0, next] = [scores[i], scores[order[place + 1] ?? -1]];
    // Equal scores cannot be told apart by a threshold.
    if (score !== next) points.push({ score, answers: place + 1, right });
  }
  return points;
}

/**
 * Area under the steps of precision over recall: the sum of each step of recall times the precision there.
 * Undefined for a label that no picture has. Reference: scikit-learn, `average_precision_score`.
 */
export function averagePrecision(label: LabelScores): number | undefined {
  const points = pointsOf(label);
  const all = points.at(-1)?.right ?? 0;
  if (all === 0) return undefined;
  let [area, before] = [0, 0];
  for (const { answers, right } of points) {
    area += ((right - before) / all) * (right / answers);
    before = right;
  }
  return area;
}

/**
 * Precision over recall as the threshold falls, from recall 0, where precision counts as 1. Of points of one recall the first
 * has the highest precision. Undefined for a label that no picture has. Reference: scikit-learn, `precision_recall_curve`.
 */
export function precisionOverRecall(
  label: LabelScores,
): { readonly recall: number; readonly precision: number }[] | undefined {
  const points = pointsOf(label);
  const all = points.at(-1)?.right ?? 0;
  if (all === 0) return undefined;
  return [
    { recall: 0, precision: 1 },
    ...points.map(({ right, answers }) => ({ recall: right / all, precision: right / answers })),
  ];
}

/** F1 of so many right answers, of `answers` and of the pictures that have the label; 0 where none is right. */
export function f1Of(right: number, answers: number, having: number): number {
  return right === 0 ? 0 : (2 * right) / (answers + having);
}

/** Where a label's scores say nothing of a threshold. */
const USUAL = 0.5;

/**
 * The threshold with the largest F1, halfway to the next lower score so that it holds for other pictures, too; of equal ones
 * that nearest to one half. A label that no picture has, or every picture, is taken at one half.
 */
export function bestThreshold(label: LabelScores): AtThreshold {
  const points = pointsOf(label);
  const n = label.scores.length;
  const having = points.at(-1)?.right ?? 0;
  const at = (threshold: number, { answers, right }: Pick<Point, 'answers' | 'right'>): AtThreshold => ({
    threshold,
    precision: answers === 0 ? 0 : right / answers,
    recall: having === 0 ? 0 : right / having,
    f1: f1Of(right, answers, having),
  });
  const usual = () => points.findLast(({ score }) => score >= USUAL) ?? { answers: 0, right: 0 };
  if (having === 0 || having === n) return at(USUAL, usual());
  const all = points.map((point, i) => at((point.score + (points[i + 1]?.score ?? 0)) / 2, point));
  return all.reduce((best, next) => {
    const isNearer = Math.abs(next.threshold - USUAL) < Math.abs(best.threshold - USUAL);
    return next.f1 > best.f1 || (next.f1 === best.f1 && isNearer) ? next : best;
  });
}
