// Shares pictures out so that each part has its share of every class, where some pictures have to stay together.

/** Of a deviation, as NumPy's `isclose` compares: absolute and relative. */
const [CLOSE, CLOSE_SHARE] = [1e-8, 1e-5];

/** Pictures that stay together: how many of each class they are, by the class's number. */
export type UnitCounts = ReadonlyMap<number, number>;

/**
 * The part of each unit. Those whose classes are the least even come first; each goes to the part with which the classes are
 * spread most evenly, by the mean over the classes of the deviation over the parts; of equal ones to the part with the fewest
 * pictures. With equal shares this is scikit-learn's StratifiedGroupKFold without shuffling.
 * Reference: https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.StratifiedGroupKFold.html
 * @param shares - Of each part; they sum up to 1.
 * @param pinned - The part of a unit that has one already.
 */
export function assignUnits(
  units: readonly UnitCounts[],
  classes: number,
  shares: readonly number[],
  pinned: readonly (number | undefined)[] = [],
): number[] {
  const totals = new Float64Array(classes);
  for (const unit of units) for (const [label, count] of unit) totals[label] = (totals[label] ?? 0) + count;
  const counts = shares.map(() => new Float64Array(classes));
  const sizes = shares.map(() => 0);
  const deviations = new Float64Array(classes);
  /** The deviation of a class over the parts, where `part` has `more` of it; 1 / parts is what each should have. */
  const deviationWith = (label: number, part: number, more: number) => {
    const scaled = shares.map(
      (share, k) =>
        ((counts[k]?.[label] ?? 0) + (k === part ? more : 0)) /
        ((totals[label] ?? 1) * share * shares.length),
    );
    const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
    return Math.sqrt(scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scaled.length);
  };
  let spread = 0;
  const spreadWith = (unit: UnitCounts, part: number) =>
    [...unit].reduce(
      (sum, [label, count]) => sum + deviationWith(label, part, count) - (deviations[label] ?? 0),
      spread,
    );
  const put = (unit: UnitCounts, part: number) => {
    spread = spreadWith(unit, part);
    for (const [label, count] of unit) {
      deviations[label] = deviationWith(label, part, count);
      const own = counts[part];
      if (own !== undefined) own[label] = (own[label] ?? 0) + count;
      sizes[part] = (sizes[part] ?? 0) + count;
    }
  };
  const bestFor = (unit: UnitCounts) => {
    let [best, least, fewest] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const [part, share] of shares.entries()) {
      const value = spreadWith(unit, part) / classes;
      const size = (sizes[part] ?? 0) / share;
      const isClose = Math.abs(value - least) <= CLOSE + CLOSE_SHARE * Math.abs(least);
      if (value < least || (isClose && size < fewest)) [best, least, fewest] = [part, value, size];
    }
    return best;
  };
  const parts = units.map((unit, i) => {
    const part = pinned[i];
    if (part !== undefined) put(unit, part);
    return part ?? -1;
  });
  for (const i of unevenFirst(units, classes)) {
    const unit = units[i];
    if (unit === undefined || parts[i] !== -1) continue;
    const part = bestFor(unit);
    put(unit, part);
    parts[i] = part;
  }
  return parts;
}

/** Units by how unequally many pictures of the classes they have; of equal ones in their order. */
function unevenFirst(units: readonly UnitCounts[], classes: number): number[] {
  // Of counts, `classes` squared times the variance is a whole number, so that equal ones are equal.
  const variances = units.map((unit) => {
    const values = [...unit.values()];
    const sum = values.reduce((all, value) => all + value, 0);
    return classes * values.reduce((all, value) => all + value * value, 0) - sum * sum;
  });
  return units.map((_, i) => i).sort((a, b) => (variances[b] ?? 0) - (variances[a] ?? 0) || a - b);
}
