// The classes that `--labels` names: on the command line, in a text file or in a JSON list.
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '../../models/errors.ts';

/**
 * Names with commas between them, one a line of a text file, or a JSON list.
 * @throws UserError when a class has no name, or two have the same.
 */
export function labelsOf(text: string): string[] {
  if (!existsSync(text)) return checked(text, text.split(','));
  const content = readFileSync(text, 'utf8');
  if (!text.endsWith('.json')) return checked(basename(text), content.trimEnd().split(/\r?\n/));
  return checked(basename(text), listIn(text, content));
}

function listIn(path: string, content: string): string[] {
  try {
    const list: unknown = JSON.parse(content);
    if (Array.isArray(list)) return list.map(String);
  } catch {
    // Said below.
  }
  throw new UserError(`--labels: ${path} is not a JSON list of names, such as ["cat","dog"].`);
}

function checked(from: string, names: readonly string[]): string[] {
  const labels = names.map((name) => name.trim());
  if (labels.every((label) => label !== '') && new Set(labels).size === labels.length) return labels;
  throw new UserError(`--labels: every class needs a name of its own; received ${JSON.stringify(from)}.`);
}
