// Times the epochs of a training: how long each took, how fast its steps went, how long they waited for pictures.
import type { Loader } from '../loader/index.ts';

/** The time of an epoch. */
export interface EpochTime {
  /** From its first step until it is evaluated and saved. */
  readonly seconds: number;
  /** Of the steps alone. */
  readonly imagesPerSecond: number;
  /** Share of the steps' time in which they waited for their pictures. */
  readonly waitedShare: number;
}

/**
 * Starts with the first epoch.
 * @param step - Steps that are done.
 */
export function createEpochTimer(batchSize: number, step: number) {
  let [started, from] = [performance.now(), step];
  let trained = Number.NaN;
  let waited: { loader: Loader | undefined; milliseconds: number } = { loader: undefined, milliseconds: 0 };
  const secondsSinceStart = () => (performance.now() - started) / 1000;
  return {
    /** Is called after the last step of an epoch, before it is evaluated. */
    stepsDone() {
      trained = secondsSinceStart();
    },
    /** The time of an epoch that is evaluated and saved, after `steps` of the run. */
    epochDone(steps: number, loader: Loader): EpochTime {
      // Another stage of the training has a loader of its own, which has not waited before.
      const before = waited.loader === loader ? waited.milliseconds : 0;
      return {
        seconds: secondsSinceStart(),
        imagesPerSecond: ((steps - from) * batchSize) / trained,
        waitedShare: (loader.waitedMs() - before) / 1000 / trained,
      };
    },
    /** The next epoch begins. */
    nextEpoch(steps: number, loader: Loader) {
      [started, from] = [performance.now(), steps];
      waited = { loader, milliseconds: loader.waitedMs() };
    },
  };
}
