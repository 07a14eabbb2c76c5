// A section of a comparison: a value in a file of its own.
import type { Html } from '../html.ts';
import type { RunGroup } from './groups.ts';

export interface ComparisonSection {
  /** Its anchor. */
  readonly id: string;
  readonly title: string;
  /**
   * Undefined where there is nothing to show.
   * @param testPictures - How many test pictures the errors are of.
   */
  render(groups: readonly RunGroup[], testPictures: number): Html | undefined;
}
