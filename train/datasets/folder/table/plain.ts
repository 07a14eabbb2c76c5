// The name of a column in one form, however programs write it.

/** A column's name in lower case with underscores: `File Name`, `file-name` and `fileName` are `file_name`. */
export const plain = (name: string): string =>
  name
    .trim()
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
