// Lines of a diff without numbers find their places.
import { expect, it } from 'vitest';
import { addLines } from './add-lines.ts';

const text = `// A list.
import { a } from './a.ts';

export const one = [a, b];
export const list = [
  a,
];
`;

it('adds an import to the imports, and a member to the list that is shown', () => {
  const diff = `+import { c } from './c.ts';\n export const list = [\n+  c,\n`;
  expect(addLines(text, diff)).toBe(`// A list.
import { c } from './c.ts';
import { a } from './a.ts';

export const one = [a, b];
export const list = [
  c,
  a,
];
`);
});

it('opens a list that is on one line', () => {
  expect(addLines(text, ' export const one = [\n+  c,\n')).toContain('export const one = [\n  c,\na, b];\n');
});

it('says which line is not there', () => {
  expect(() => addLines(text, ' export const other = [\n+  c,\n')).toThrow('export const other = [');
});
