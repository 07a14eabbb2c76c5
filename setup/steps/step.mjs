// What a step of set-up is, and what set-up is for: types alone.

/**
 * One part of set-up. All are idempotent, and leave nothing that looks finished when they are killed.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} hint what it does, and how much it fetches
 * @property {() => boolean} done whether there is nothing to do; takes milliseconds
 * @property {() => import('../machine/system.mjs').Need[]} needs what the machine lacks for it; asked before any step runs
 * @property {() => Promise<void>} run
 */

/** @typedef {'packages' | 'serve' | 'train' | 'test' | 'all'} Purpose `all`, the default, trains and serves */

export {};
