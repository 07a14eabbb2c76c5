// Why a version that is in the repository is not served.

/** A version that is there and not served; without a version, all of a name. */
export interface AbsentModel {
  readonly name: string;
  readonly version?: number | undefined;
  /** In the words of `inPublic`. */
  readonly reason: string;
  /** It is being loaded: it may be asked for in a moment. */
  readonly loading?: boolean;
}
