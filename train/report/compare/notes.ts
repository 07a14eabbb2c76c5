// What is to be said of compared runs beside their numbers: those that do not count, and those that were made otherwise.
import { drawOf } from '../../folds/fold-recipes.ts';
import { type ComparedRun, countedRuns, type RunGroup } from './groups.ts';

/** One sentence for each thing that a reader of the numbers has to know. */
export function notesOf(groups: readonly RunGroup[]): string[] {
  const runs = groups.flatMap((group) => group.runs);
  return [...groups.flatMap(uncounted), ...whatErrorIs(runs), ...dataNote(groups), ...madeOtherwise(runs)];
}

/** Of several labels and of numbers it is no share of wrong answers. */
function whatErrorIs(runs: readonly ComparedRun[]): string[] {
  const last = runs.flatMap(({ record }) => record.history.slice(-1));
  return [
    ...(last.some(({ multi }) => multi) ? ['Error of several labels: 1 - mean average precision.'] : []),
    ...(last.some(({ regression }) => regression)
      ? [
          'Error of numbers: the mean absolute error as a share of their standard deviation among the training pictures.',
        ]
      : []),
  ];
}

function uncounted(group: RunGroup): string[] {
  const counted = new Set(countedRuns(group));
  return group.runs.flatMap((run): string[] => {
    const { name } = run.run;
    const { epochs, seed } = run.recipe;
    const done = run.record.history.at(-1)?.epoch ?? 0;
    if (counted.has(run))
      return run.state === 'finished'
        ? []
        : [`${name} has not ended: its error is that after epoch ${done} of ${epochs}.`];
    if (run.state !== 'finished')
      return [`${name} has not ended (epoch ${done} of ${epochs}): it does not count.`];
    const last = [...counted].find((other) => drawOf(other.recipe) === drawOf(run.recipe));
    return [
      `${name} has the seed of ${last?.run.name}, ${seed}: two runs of one seed are one, and the later one counts.`,
    ];
  });
}

function dataNote(groups: readonly RunGroup[]): string[] {
  const digests = new Set(
    groups.flatMap(({ runs }) =>
      runs.flatMap(({ data, recipe: { folder } }) =>
        // Of folds they are others in each run, and all of them together the same.
        folder?.fold ? [`${folder.fold.of} folds`] : (data?.digests.validation ?? []),
      ),
    ),
  );
  if (digests.size < 2) return [];
  return [
    'The validation pictures are not the same in all runs: errors of different pictures cannot be compared.',
  ];
}

/** What of a machine and its versions can change a result, though not by much. */
const FACTORS: Readonly<Record<string, string>> = {
  trainyard: 'version of Trainyard',
  tensorflow: 'version of TensorFlow',
  device: 'device',
  cpu: 'processor',
};

function madeOtherwise(runs: readonly ComparedRun[]): string[] {
  return Object.entries(FACTORS).flatMap(([field, name]) => {
    const values = new Map<string, string[]>();
    for (const { run, environment } of runs) {
      const value = environment[field];
      if (typeof value === 'string') values.set(value, [...(values.get(value) ?? []), run.name]);
    }
    if (values.size < 2) return [];
    const each = [...values].map(([value, names]) => `${value} (${names.join(', ')})`);
    return [`The ${name} is not the same: ${each.join('; ')}. Part of a difference may come from that.`];
  });
}
