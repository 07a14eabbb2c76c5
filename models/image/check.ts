// How long work is ended early: it calls a function between its pieces, which throws when nobody waits for the result.

export type Check = () => void;

/** For work that is always wanted. */
export const unchecked: Check = () => {};
