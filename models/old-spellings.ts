// Fields that files made by earlier versions spell otherwise, so that those files are still read.

const KEYS: Readonly<Record<string, string>> = { standardise: 'standardize' };

/** Old values, by the field that they are in. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  crop: { centre: 'center' },
  channels: { grey: 'gray' },
};

/**
 * The same JSON with the field names and values of today; what has none of the old ones comes back equal.
 *
 * @param value - a recipe, the input of a card, or a whole card.json, as `JSON.parse` gave it.
 */
export function withTodaysSpellings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTodaysSpellings);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const today = typeof inner === 'string' ? VALUES[key]?.[inner] : undefined;
      return [KEYS[key] ?? key, today ?? withTodaysSpellings(inner)];
    }),
  );
}
