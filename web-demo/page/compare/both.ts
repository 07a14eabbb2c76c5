// Classifies many pictures in the browser and on the server: how much the answers differ, and how long each took.
import type { Picture } from '../../component/index.ts';
import { type AnyModel, labelOf, outputOf } from '../said.ts';
import { largestDifference } from './check.ts';
import { askServer, type RepositoryModel } from './server.ts';

/** The two answers to one picture. */
export interface Pair {
  /** Largest difference between the two, as `outputOf` has them. */
  readonly difference: number;
  readonly browser: string;
  readonly server: string;
  /** Milliseconds: of the model here, and until the server's answer was back. */
  readonly browserTime: number;
  readonly serverTime: number;
}

/**
 * Runs the pictures one after another, so that the times are those of one picture alone.
 *
 * @param progress - called after each picture with all pairs so far.
 * @throws ServerRefusal or TypeError when the server does not answer.
 */
export async function classifyInBoth(
  model: AnyModel,
  served: RepositoryModel,
  pictures: readonly Picture[],
  progress: (pairs: readonly Pair[]) => void,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const picture of pictures) {
    const here = await model.classify(picture);
    const there = await askServer(served, model.card, picture);
    pairs.push({
      difference: largestDifference(outputOf(here, model.card), there.output),
      browser: labelOf(here),
      server: labelOf(there),
      browserTime: here.milliseconds,
      serverTime: there.milliseconds,
    });
    progress(pairs);
  }
  return pairs;
}
