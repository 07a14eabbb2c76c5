// Headings for the options of a command, under which its help lists them.

/** The same options, with the heading that they stand under. */
export function inGroup<const Options extends Readonly<Record<string, object>>>(
  group: string,
  options: Options,
): { readonly [Name in keyof Options]: Options[Name] & { readonly group: string } } {
  // The type of each entry cannot be followed through Object.fromEntries.
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, { ...option, group }]),
  ) as { readonly [Name in keyof Options]: Options[Name] & { readonly group: string } };
}
