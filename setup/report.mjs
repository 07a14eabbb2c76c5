// What set-up says: a line for each step as it ends, its name, what it did and its seconds; on a terminal, below these, which
// are at work.
const nameWidth = 20;

/** To the start of the line, and away with what stands there (ECMA-48: carriage return, erase in line). */
const CLEAR_LINE = '\r\x1b[K';

/** Columns of a terminal that does not say how many it has. */
const COLUMNS = 80;

/**
 * The line of a step with nothing to do.
 * @param {string} name
 */
export function readyLine(name) {
  return `${name.padEnd(nameWidth)}ready\n`;
}

/**
 * Tells of steps that run side by side.
 * @param {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} out
 * @param {AbortSignal} signal says that one has failed
 * @returns {{ ready(name: string): void, timed(name: string, hint: string, work: () => Promise<void>): Promise<void>,
 *   end(): void }} `timed` tells of one step and does its work; `end` is called when all have ended
 */
export function progress(out, signal) {
  /** @type {Map<string, number>} when each that is at work began, in milliseconds */
  const began = new Map();
  const show = () => {
    if (!out.isTTY || began.size === 0) return;
    const text = `${[...began.keys()].join(', ')} ... ${seconds(Math.min(...began.values()), 0)} s`;
    out.write(`${CLEAR_LINE}${text.slice(0, (out.columns ?? COLUMNS) - 1)}`);
  };
  const line = (/** @type {string} */ text) => {
    out.write(out.isTTY ? `${CLEAR_LINE}${text}` : text);
    show();
  };
  const ticking = out.isTTY ? setInterval(show, 1000) : undefined;
  return {
    ready: (name) => line(readyLine(name)),
    async timed(name, hint, work) {
      const start = performance.now();
      began.set(name, start);
      show();
      let how = '';
      try {
        await work();
      } catch (error) {
        how = signal.aborted ? 'stopped after ' : 'failed after ';
        throw error;
      } finally {
        began.delete(name);
        line(`${name.padEnd(nameWidth)}${hint} ... ${how}${seconds(start, 1)} s\n`);
      }
    },
    end: () => clearInterval(ticking),
  };
}

/**
 * @param {number} start
 * @param {number} digits
 */
function seconds(start, digits) {
  return ((performance.now() - start) / 1000).toFixed(digits);
}
