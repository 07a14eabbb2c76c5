// The sections of a comparison, in their order.
import type { ComparisonSection } from '../section.ts';
import { groupCurves } from './curves.ts';
import { groupResults } from './results.ts';
import { comparedRuns } from './runs.ts';

export const comparisonSections: readonly ComparisonSection[] = [groupResults, groupCurves, comparedRuns];
