// Checks that servers give the same answers, before they are timed.
import { formOf } from './loads.ts';

/** Probabilities by label, for one picture. */
type Answer = ReadonlyMap<string, number>;

/** Posts each picture once, one after another. */
export async function ask(url: string, pictures: readonly Uint8Array[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const picture of pictures) {
    const response = await fetch(url, { method: 'POST', body: formOf(picture) });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`);
    const body = JSON.parse(text);
    // BentoML's batches are lists, and so are their answers.
    const { predictions } = Array.isArray(body) ? body[0] : body;
    answers.push(
      new Map(predictions.map((p: { label: string; probability: number }) => [p.label, p.probability])),
    );
  }
  return answers;
}

/** Largest difference of a probability. */
export function difference(a: readonly Answer[], b: readonly Answer[]): number {
  let largest = 0;
  for (const [i, answer] of a.entries()) {
    const other = b[i];
    if (other?.size !== answer.size) return Number.NaN;
    for (const [label, p] of answer)
      largest = Math.max(largest, Math.abs(p - (other.get(label) ?? Number.NaN)));
  }
  return largest;
}

/** Largest difference between the answers to two different pictures: what a wrong answer would show. */
export function variety(answers: readonly Answer[]): number {
  const [first] = answers;
  if (first === undefined) return 0;
  return Math.max(...answers.map((answer) => difference([first], [answer])));
}
