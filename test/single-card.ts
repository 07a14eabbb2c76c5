// Cards of models with one label, whose fields a test looks at.
import { type Card, type CardOf, isOfTask, readCard } from '../models/card.ts';

/** @throws Error where the card is of another task. */
export function single(card: Card): CardOf<'single'> {
  if (isOfTask(card, 'single')) return card;
  throw new Error(`received a card of the task ${card.task}, expected single`);
}

/** The card of a model file with one label. */
export const readSingleCard = (file: Uint8Array): CardOf<'single'> => single(readCard(file));
