// The progress of an export: each stage that is done, with the seconds that it took.
import type { ModelFile } from '../../models/repository.ts';
import type { Parity } from '../parity/index.ts';

type Done =
  | { readonly name: 'traced'; readonly ops: number }
  | { readonly name: 'converted'; readonly nodes: number; readonly bytes: number; readonly opset: number }
  | {
      readonly name: 'compared';
      readonly parity: Parity;
      /** How many labels changed, in words; numbers have none. */
      readonly changes?: string | undefined;
      /** What they were: `test pictures`. */
      readonly pictures: string;
      readonly accuracy: number | null;
      /** What was measured of several labels or of numbers, in words. */
      readonly score?: string | undefined;
    }
  | {
      readonly name: 'novelty';
      /** Share of `n` pictures that it takes for strange by mistake. */
      readonly falseAlarms: number;
      readonly n: number;
      /** What they were: `test pictures`. */
      readonly pictures: string;
    }
  | { readonly name: 'written'; readonly file: WrittenModel };

/** A model that was written: as a version of a repository, or as a file. */
export type WrittenModel = Omit<ModelFile, 'version'> & { readonly version?: number };

/** A stage that is done. */
export type ExportStage = { readonly seconds: number } & Done;

/** Called after each stage. */
export type OnStage = (stage: ExportStage) => void;

/** Reports a stage with the seconds since the one before it. */
export type ReportStage = (done: Done) => void;

/** @param onStage - is called with every stage. */
export function stageReport(onStage: OnStage = () => {}): ReportStage {
  let last = performance.now();
  return (done) => {
    const now = performance.now();
    onStage({ ...done, seconds: (now - last) / 1000 });
    last = now;
  };
}
