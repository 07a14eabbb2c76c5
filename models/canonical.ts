// JSON with one spelling per value, so that equal values give equal bytes and equal digests.

/**
 * Writes a value as JSON with sorted keys and no white space.
 *
 * As in `JSON.stringify`, properties that are `undefined` are left out and `toJSON` is honored.
 * The form is that of RFC 8785 (JSON Canonicalization Scheme): keys in the order of their UTF-16 code units,
 * numbers as ECMAScript prints them.
 *
 * @throws TypeError for what JSON cannot hold: NaN, infinities, functions, `undefined` as the value itself.
 */
export function canonicalJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'number' && !Number.isFinite(inner)) {
      throw new TypeError(`JSON cannot hold ${inner}: every number must be finite`);
    }
    return inner;
  });
  if (text === undefined) throw new TypeError(`JSON cannot hold a value of type ${typeof value}`);
  return sorted(JSON.parse(text));
}

/** Written piece by piece: an object has its keys that are whole numbers first, whatever the order they are put in. */
function sorted(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  // Stryker disable next-line EqualityOperator: no two keys are equal
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${sorted(inner)}`).join(',')}}`;
}
