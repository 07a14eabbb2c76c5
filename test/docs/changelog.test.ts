// CHANGELOG.md has the form of Keep a Changelog, and the version of package.json is in it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../setup/paths.mjs';

const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);

it('lists what is not released first, then versions with their days, newest first', () => {
  const [first, ...released] = headings;
  expect(first).toBe('[Unreleased]');
  for (const heading of released) expect(heading).toMatch(/^\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}$/);
  const days = released.map((heading) => heading.split(' - ')[1] ?? '');
  expect(days).toEqual([...days].sort().reverse());
});

it('has the version of package.json', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(headings.join('\n')).toContain(`[${version}]`);
});

it('groups changes by the kinds of Keep a Changelog', () => {
  const kinds = [...text.matchAll(/^### (.*)$/gm)].map(([, kind]) => kind);
  expect(kinds.length).toBeGreaterThan(0);
  for (const kind of kinds)
    expect(['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']).toContain(kind);
});
