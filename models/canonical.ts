// JSON with one spelling per value, so that equal values give equal bytes and equal digests.

/**
 * Writes a value as JSON with sorted keys and no white space.
 *
 * As in `JSON.stringify`, properties that are `undefined` are left out and `toJSON` is honored.
 * The form is that of RFC 8785 (JSON Canonicalization Scheme): keys in the order of their UTF-16 code units,
 * numbers as ECMAScript prints them; but for keys that are whole numbers, which come first and in their order as
 * numbers, as in every object of JavaScript.
 *
 * @throws TypeError for what JSON cannot hold: NaN, infinities, functions, `undefined` as the value itself.
 */
export function canonicalJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'number' && !Number.isFinite(inner)) {
      throw new TypeError(`JSON cannot hold ${inner}: every number must be finite`);
    }
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  if (text === undefined) throw new TypeError(`JSON cannot hold a value of type ${typeof value}`);
  return text;
}
