// The latest wins: while one question is being answered, only the newest of the waiting ones is kept.

/** Asks at most one question at a time. */
export interface Latest {
  /** Runs `task` now, or after the present one unless a newer one is asked before. */
  ask(task: () => Promise<void>): void;
  /** Forgets the waiting task. */
  cancel(): void;
}

/** Makes an asker that never queues: a slow model skips drawings, it does not lag behind the pen. */
export function latestOnly(): Latest {
  let busy = false;
  let waiting: (() => Promise<void>) | undefined;

  function run(task: () => Promise<void>): void {
    busy = true;
    void task().finally(() => {
      busy = false;
      const next = waiting;
      waiting = undefined;
      if (next) run(next);
    });
  }

  return {
    ask(task) {
      if (busy) waiting = task;
      else run(task);
    },
    cancel() {
      waiting = undefined;
    },
  };
}
