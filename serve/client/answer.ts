// Whether what a server says is an answer, and of which task.
import type { ServerAnswers } from './types.ts';

/** Servers that know no tasks answer with one label, and say so by nothing. */
export function withTask(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'label' in answer
    ? { task: 'single', ...answer }
    : answer;
}

type Fields = Readonly<Record<string, unknown>>;

const isNumber = (value: unknown) => typeof value === 'number';
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const hasFields: Readonly<Record<string, (answer: Fields) => boolean>> = {
  single: ({ label, probability, predictions }) =>
    typeof label === 'string' && isNumber(probability) && Array.isArray(predictions),
  multi: ({ labels, predictions }) => Array.isArray(labels) && Array.isArray(predictions),
  regression: ({ values, outside }) => isObject(values) && Array.isArray(outside),
};

/** Whether it is an answer with the fields of its task, which is `wanted`. */
export function isAnswer<T extends keyof ServerAnswers>(
  answer: unknown,
  wanted: keyof ServerAnswers,
): answer is ServerAnswers[T] {
  if (!isObject(answer) || typeof answer.task !== 'string') return false;
  if (wanted !== 'any' && answer.task !== wanted) return false;
  return Object.hasOwn(hasFields, answer.task) && hasFields[answer.task]?.(answer) === true;
}
