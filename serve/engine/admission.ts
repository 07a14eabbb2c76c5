// Admission control: refuses a picture when the work that waits already is as much as may wait.
import { Refusal } from '../refusal.ts';
import type { ModelName, Observer } from './events.ts';

export interface AdmissionOptions {
  /** Milliseconds of work that may wait, of all workers together. */
  readonly limit: number;
  readonly workers: number;
  /** Milliseconds of work that wait now and come before a picture of this cost. */
  readonly waiting: (cost: number) => number;
  readonly observer: Required<Pick<Observer, 'failed'>>;
}

/**
 * Returns a function that admits a picture of so many milliseconds, or returns a refusal 503 with the time after which
 * to try again. When nothing waits, every picture is admitted, however large.
 */
export function createAdmission({ limit, workers, waiting, observer }: AdmissionOptions) {
  return (name: ModelName, cost: number): Refusal | undefined => {
    const now = waiting(cost);
    if (now === 0 || now + cost <= limit) return undefined;
    observer.failed(name, 'full');
    const seconds = Math.ceil(now / workers / 1000);
    return new Refusal(
      503,
      `the queue is full: it holds work for ${seconds} s already; try again later`,
      seconds,
    );
  };
}
