// Reads the checkpoint of a run that is to be exported; where it is damaged, says what can be exported instead.
import { dirname } from 'node:path';
import { messageOf, UserError } from '../../models/errors.ts';
import { type Checkpoint, readCheckpoint } from '../../train/runs/checkpoint.ts';
import { listRuns, type Run, startOverCommand } from '../../train/runs/run.ts';
import { runCommand } from '../../train/runs/run-command.ts';

export type CheckpointName = 'best' | 'last';

/** @throws UserError when it is damaged; with the command that exports the other one, another run's, or trains again. */
export function readCheckpointOf(run: Run, which: CheckpointName): Checkpoint {
  try {
    return readCheckpoint(run[which]);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message} ${advice(run, which === 'best' ? 'last' : 'best')}`, {
      cause: error,
    });
  }
}

function advice(run: Run, other: CheckpointName): string {
  if (isWhole(run[other]))
    return `Its ${other} checkpoint is whole: \`${runCommand('export', run, [run.name, '--checkpoint', other])}\`.`;
  const before = listRuns(dirname(run.folder)).filter(({ name, best }) => name !== run.name && isWhole(best));
  const newest = before.at(-1);
  if (newest !== undefined)
    return `No checkpoint of this run is whole. That of ${newest.name} is: \`${runCommand('export', newest, [newest.name])}\`.`;
  try {
    return `No checkpoint of this run is whole. Train it again: \`${startOverCommand(run)}\`.`;
  } catch (error) {
    return `No checkpoint of this run is whole, and its recipe cannot be read either: ${messageOf(error)}`;
  }
}

function isWhole(path: string): boolean {
  try {
    readCheckpoint(path);
    return true;
  } catch {
    return false;
  }
}
