// Numbered checkpoints: one for each epoch's end, by its step, the oldest removed.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from './run.ts';

const PATTERN = /^step-(\d+)\.safetensors$/;

/** `step-000480.safetensors` in the run's folder. */
export function numberedPath({ folder }: Run, step: number): string {
  return join(folder, `step-${String(step).padStart(6, '0')}.safetensors`);
}

/** The numbered checkpoints of a run, oldest first. */
export function listNumbered({ folder }: Run): { step: number; path: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((file) => {
      const step = PATTERN.exec(file)?.[1];
      return step === undefined ? [] : [{ step: Number(step), path: join(folder, file) }];
    })
    .sort((a, b) => a.step - b.step);
}

/** Removes all but the newest `keep`. */
export function removeOldest(run: Run, keep: number): void {
  const numbered = listNumbered(run);
  for (const { path } of numbered.slice(0, Math.max(0, numbered.length - keep)))
    rmSync(path, { force: true });
}
