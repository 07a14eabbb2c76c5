// Whether several tasks train together, and what they cannot do: from the command's options, before anything is loaded.
import { UserError } from '../../models/errors.ts';
import { wholeNumber } from '../../models/option-values.ts';
import { type Place, placeOf } from '../cluster/addresses.ts';
import type { Asked, RecipeArguments } from './check-arguments.ts';

/** Tasks that train together. */
export interface Together {
  readonly tasks: number;
  /** Undefined where this process starts the others. */
  readonly place?: Place;
}

/** Options that several tasks do not take, and why. */
const ALONE = {
  budget: 'the pace of several tasks is not measured. Say how long by --epochs',
  seeds: 'train one seed after the other, each by a command of its own',
  patience: 'the first alone knows whether an epoch was better. Say how long by --epochs',
  folds: 'train one fold after the other, each by a command of its own, with --fold',
  'verify-resume': 'it kills and resumes one process',
} as const;

/** @throws UserError for options that do not go together */
export function checkTogether(args: RecipeArguments): Together | undefined {
  const text = (option: string) => {
    const value = args[option];
    return typeof value === 'string' ? value : undefined;
  };
  const [workers, cluster, task] = [text('workers'), text('cluster'), text('task')];
  if (workers !== undefined && (cluster ?? task) !== undefined)
    throw new UserError(
      `--workers ${workers} starts all processes on this machine, and --cluster names machines: give one of the two.`,
    );
  const place = workers === undefined ? placeOf({ cluster, task }) : undefined;
  const tasks = workers === undefined ? place?.addresses.length : wholeNumber('workers', workers, 1);
  if (tasks === undefined || tasks === 1) return undefined;
  for (const [option, why] of Object.entries(ALONE))
    if (
      args[option] !== undefined &&
      args[option] !== false &&
      !(option === 'folds' && args.fold !== undefined)
    )
      throw new UserError(`--${option} is for one process alone: ${why}.`);
  return { tasks, ...(place && { place }) };
}

/** What is asked for, with batches in as many parts as there are tasks. @throws UserError for another number of parts */
export function inParts(asked: Asked, together: Together | undefined): Asked {
  if (together === undefined) return asked;
  const { tasks } = together;
  if (asked.accumulate !== undefined && asked.accumulate !== tasks)
    throw new UserError(
      `--accumulate ${asked.accumulate} and ${tasks} tasks do not go together: each task computes one part of a batch. Leave it out.`,
    );
  return { ...asked, accumulate: tasks };
}
