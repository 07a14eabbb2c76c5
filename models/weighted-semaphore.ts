// A weighted semaphore: tasks start while the sum of their weights is within the capacity; the others wait in line.

/**
 * Returns a function that runs a task as soon as there is capacity for its weight, first come, first served.
 * A task that is heavier than the whole capacity runs alone.
 */
export function createSemaphore(capacity: number): <T>(weight: number, task: () => Promise<T>) => Promise<T> {
  const waiting: { weight: number; start: () => void }[] = [];
  let used = 0;

  function startWaiting(): void {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (used > 0 && used + next.weight > capacity) return;
      waiting.shift();
      used += next.weight;
      next.start();
    }
  }

  return async (weight, task) => {
    await new Promise<void>((start) => {
      waiting.push({ weight, start });
      startWaiting();
    });
    try {
      return await task();
    } finally {
      used -= weight;
      startWaiting();
    }
  };
}
