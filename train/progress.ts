// How work that takes its time tells of itself, and what ends it, wherever it runs: in a command or in somebody's program.

/** Takes a line for a person. */
export type Say = (line: string) => void;

export interface Progress {
  /** Nobody is told where it is left out. */
  readonly say?: Say | undefined;
  /** Aborting it ends the work where that next looks; what is thrown is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}
