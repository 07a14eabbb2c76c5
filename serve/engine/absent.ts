// Why a version that is in the repository is not served, and the words of that for anybody who asks.

/** A version that is there and not served; without a version, all of a name. */
export interface AbsentModel {
  readonly name: string;
  readonly version?: number | undefined;
  /** Without paths of the machine. */
  readonly reason: string;
  /** It is being loaded: it may be asked for in a moment. */
  readonly loading?: boolean;
}

/** A path that begins at the root, and is no part of an address. */
const PATH = /(?<![\w.:/~-])(?:\/[^\s/:'"`,;()[\]]+)+\/([^\s/:'"`,;()[\]]+)/g;

/** The same text with the last part of each path alone: answers say nothing about the folders of the machine. */
export function withoutPaths(text: string): string {
  return text.replace(PATH, '$1');
}
