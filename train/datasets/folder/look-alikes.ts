// Labels that look alike, as a typing error or a tool makes them of one: Cat and cat, 01 and 1, "big cat" and "big_cat".
import { byCodePoint } from './list-files.ts';

/** Groups that are named; more would hide the rest. */
const SHOWN = 3;

/** What programs write where a label is missing. */
const MISSING = /^(nan|na|n\/a|null|none|undefined|unnamed)$/i;

/** What there is to say of labels that may be meant as one, or as none: each stays a class of its own. */
export function lookAlikes(labels: readonly string[]): string[] {
  const missing = labels.filter((label) => MISSING.test(label));
  return [
    ...sameLooking(labels),
    ...(missing.length === 0
      ? []
      : [
          `The class ${missing.map((label) => JSON.stringify(label)).join(', ')} may be what a program wrote for a missing label.`,
        ]),
  ];
}

function sameLooking(labels: readonly string[]): string[] {
  const groups = new Map<string, string[]>();
  for (const label of labels) {
    const key = keyOf(label);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [label]);
    else group.push(label);
  }
  const alike = [...groups.values()].filter((group) => group.length > 1);
  if (alike.length === 0) return [];
  const shown = alike
    .slice(0, SHOWN)
    .map((group) =>
      group
        .sort(byCodePoint)
        .map((label) => JSON.stringify(label))
        .join(' and '),
    )
    .join('; ');
  return [
    `Classes that look alike: ${shown}${alike.length > SHOWN ? `; and ${alike.length - SHOWN} more` : ''}. Each is a class of its own: if one is meant, write it in one way.`,
  ];
}

/** Equal for labels that differ in case, width, spaces, dashes, invisible characters, or in how a number is written. */
function keyOf(label: string): string {
  const plain = label
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .toLowerCase()
    .trim()
    .replaceAll(/(?<=\S)[\s_-]+(?=\S)/g, ' ');
  return /^\d+(\.\d+)?$/.test(plain) ? String(Number(plain)) : plain;
}
