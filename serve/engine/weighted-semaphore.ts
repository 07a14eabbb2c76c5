// Lets work begin while the sum of its weights stays within a capacity; the rest waits its turn.

/**
 * Returns a function that does a piece of work when there is room for its weight, first come, first served.
 * Work that is heavier than the whole capacity is done alone.
 */
export function createGate(capacity: number): <T>(weight: number, work: () => Promise<T>) => Promise<T> {
  const waiting: { weight: number; enter: () => void }[] = [];
  let inside = 0;

  function admit(): void {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (inside > 0 && inside + next.weight > capacity) return;
      waiting.shift();
      inside += next.weight;
      next.enter();
    }
  }

  return async (weight, work) => {
    await new Promise<void>((enter) => {
      waiting.push({ weight, enter });
      admit();
    });
    try {
      return await work();
    } finally {
      inside -= weight;
      admit();
    }
  };
}
