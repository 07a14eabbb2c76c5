// Text can be read: every color of text against every ground that it stands on, light and dark, by WCAG's formula.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('../../../web-demo/styles/colors.css', import.meta.url), 'utf8');

/** Contrast that WCAG 2.2 asks of text at level AA (1.4.3). */
const levelAA = 4.5;

/** The custom properties of the n-th `:root` block: 0 is light, 1 dark. */
function colors(block: number): Record<string, string> {
  const [, ...blocks] = css.split(':root {');
  const text = blocks[block]?.split('}')[0] ?? '';
  return Object.fromEntries(
    [...text.matchAll(/--([a-z]+): (#[0-9a-f]{6});/g)].map(([, k = '', v = '']) => [k, v]),
  );
}

/** Relative luminance of an sRGB color. Reference: WCAG 2.2, "relative luminance". */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const value = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test.each([
  ['light', 0],
  ['dark', 1],
])('%s', (_, block) => {
  const palette = colors(block);
  for (const ground of ['paper', 'sheet']) {
    for (const text of ['ink', 'quiet', 'signal']) {
      const [a = Number.NaN, b = Number.NaN] = [palette[text], palette[ground]].map((hex) =>
        luminance(hex ?? ''),
      );
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      expect(contrast, `${text} on ${ground}`).toBeGreaterThanOrEqual(levelAA);
    }
  }
});
