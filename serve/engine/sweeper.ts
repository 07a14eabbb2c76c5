// A timer that runs as long as there is work: an idle server has none.

export interface Sweeper {
  /** Starts the timer, unless it runs. */
  start(): void;
  stop(): void;
}

/** @param sweep - called every `interval` milliseconds; the timer stops when it returns false. */
export function createSweeper(interval: number, sweep: () => boolean): Sweeper {
  let timer: NodeJS.Timeout | undefined;
  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }
  function tick(): void {
    if (!sweep()) stop();
  }
  return {
    start() {
      timer ??= setInterval(tick, interval).unref();
    },
    stop,
  };
}
