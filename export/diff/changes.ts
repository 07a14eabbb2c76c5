// Something of one file and of the other, by a name that both know it by.

/** `before` or `after` is absent where one has nothing of the kind. */
export interface FileChange {
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
}

/** What differs between two lists, and what only one of them has. */
export function compareMaps(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): FileChange[] {
  const changed = [...before].flatMap(([what, old]): FileChange[] => {
    const now = after.get(what);
    if (now === undefined) return [{ what, before: old }];
    return now === old ? [] : [{ what, before: old, after: now }];
  });
  const added = [...after].flatMap(([what, now]): FileChange[] =>
    before.has(what) ? [] : [{ what, after: now }],
  );
  return [...changed, ...added];
}
