// A training that is interrupted again and again, and goes on, until it has ended.
import { type FitOptions, fit } from '../../train/loop/fit.ts';

/** @param every - after how many steps it is interrupted; not at all if left out. */
export async function trainInPieces(
  options: Pick<FitOptions, 'recipe' | 'dataset' | 'run'>,
  every?: number,
): Promise<void> {
  for (let finished = false; !finished; ) {
    const abort = new AbortController();
    const onStep = ({ step }: { step: number }) => {
      if (every !== undefined && step % every === 0) abort.abort();
    };
    ({ finished } = await fit({ ...options, watcher: { onStep }, signal: abort.signal }));
  }
}
