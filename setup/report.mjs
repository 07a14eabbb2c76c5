// A step's line on the terminal: its name, what it does, and in the end its seconds.
const nameWidth = 20;

/** @param {string} name */
export function readyLine(name) {
  console.log(`${name.padEnd(nameWidth)}ready`);
}

/**
 * Shows a line while `work` runs: on a terminal with the seconds so far, elsewhere once.
 * @param {string} name
 * @param {string} hint
 * @param {() => Promise<void>} work
 */
export async function timed(name, hint, work) {
  const started = performance.now();
  const line = `${name.padEnd(nameWidth)}${hint}`;
  const seconds = (/** @type {number} */ digits) => ((performance.now() - started) / 1000).toFixed(digits);
  const terminal = process.stdout.isTTY;
  process.stdout.write(`${line} ...`);
  const ticking = terminal
    ? setInterval(() => process.stdout.write(`\r${line} ... ${seconds(0)} s`), 1000)
    : undefined;
  try {
    await work();
    process.stdout.write(terminal ? `\r${line} ... ${seconds(1)} s\n` : ` ${seconds(1)} s\n`);
  } catch (error) {
    process.stdout.write('\n');
    throw error;
  } finally {
    clearInterval(ticking);
  }
}
