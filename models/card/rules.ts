// What holds between the fields of a card.
import type { z } from 'zod';

type Context = z.core.$RefinementCtx;

/** Says that a list has another length than there are labels. */
export function checkLength(
  context: Context,
  path: readonly (string | number)[],
  list: readonly unknown[],
  labels: readonly string[],
): void {
  if (list.length === labels.length) return;
  const what = String(path.findLast((key) => typeof key === 'string'));
  const message = `${labels.length} ${what}, one for each label`;
  context.addIssue({ code: 'custom', path: [...path], message });
}

/** The digit rule gives pictures of one shape. */
export function checkDigitShape(
  context: Context,
  { shape: [height, width, channels], prepare }: { shape: readonly number[]; prepare: { rule: string } },
): void {
  if (prepare.rule === 'digit' && (height !== 28 || width !== 28 || channels !== 1))
    context.addIssue({ code: 'custom', path: ['input', 'shape'], message: '[28,28,1] for the digit rule' });
}
