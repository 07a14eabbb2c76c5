// What differs between two model files: structure, weights, card, and the answers to pictures.
import type { Card } from '../../models/card.ts';
import { withTodaysSpellings } from '../../models/old-spellings.ts';
import type { OpenModelFile } from '../files/file.ts';
import { type Answers, compareAnswers } from './answers.ts';
import { compareMaps, type FileChange } from './changes.ts';
import { metadataChanges, structureChanges } from './structure.ts';
import { type WeightChanges, weightChanges } from './weights.ts';

export interface ModelDifference {
  readonly before: string;
  readonly after: string;
  readonly structure: readonly FileChange[];
  readonly weights: WeightChanges;
  /** What the files say of themselves beside the card. */
  readonly metadata: readonly FileChange[];
  readonly card: readonly FileChange[];
  /** Absent where the files cannot be asked the same. */
  readonly answers?: Answers;
}

/** @param folder - Pictures to ask both; without them, the built-in ones. */
export async function diff(
  before: OpenModelFile,
  after: OpenModelFile,
  folder?: string,
): Promise<ModelDifference> {
  const answers = await compareAnswers(before, after, folder);
  return {
    before: before.path,
    after: after.path,
    structure: structureChanges(before.model, after.model),
    weights: weightChanges(before.model, after.model),
    metadata: metadataChanges(before.model, after.model),
    card: compareMaps(cardFields(before.card), cardFields(after.card)),
    ...(answers && { answers }),
  };
}

/** Fields of a card as this version spells them, however deep, by their paths: `recipe.schedule.learningRate`. */
function cardFields(card: Card | undefined): Map<string, string> {
  return fieldsOf(withTodaysSpellings(card));
}

function fieldsOf(value: unknown, path = ''): Map<string, string> {
  if (value === undefined) return new Map();
  // Lists of plain values are compared as one.
  const plain =
    typeof value !== 'object' ||
    value === null ||
    (Array.isArray(value) && value.every((each) => typeof each !== 'object'));
  if (plain) return new Map([[path, JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [
      ...fieldsOf(inner, path === '' ? key : `${path}.${key}`),
    ]),
  );
}
