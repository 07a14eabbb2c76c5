// What a step of set-up is, and what set-up is for: types alone.

/**
 * One part of set-up. All are idempotent, and leave nothing that looks finished when they are killed.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} hint what it does, and how much it fetches
 * @property {() => boolean} done whether there is nothing to do; takes milliseconds
 * @property {() => import('../machine/system.mjs').Need[]} needs what the machine lacks for it; asked before any step runs
 * @property {readonly string[]} [after] names of the steps whose result it takes; with the others it runs side by side
 * @property {(signal: AbortSignal) => Promise<void>} run ends early, by an error, when the signal says that another failed
 */

/**
 * `all`, the default, trains and serves; `ci` is what all tests need, those that are skipped otherwise among them.
 * @typedef {'packages' | 'serve' | 'train' | 'test' | 'ci' | 'all'} Purpose
 */

export {};
