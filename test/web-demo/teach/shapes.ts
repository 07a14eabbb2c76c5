// Circles, squares and crosses as different hands draw them.
import type { Page } from 'playwright-core';
import { drawStrokes } from '../hands.ts';
import type { Place } from '../strokes.ts';

export const shapes = ['circle', 'square', 'cross “+”'] as const;

export type Shape = (typeof shapes)[number];

/** Strokes of the unit square; every `n` is another hand's. */
export function strokesOf(shape: Shape, n: number): Place[][] {
  const [turn, size] = [((n * 7) % 10) / 30 - 0.15, 0.22 + ((n * 3) % 10) / 80];
  const at = (x: number, y: number): Place => [
    0.5 + size * (x * Math.cos(turn) - y * Math.sin(turn)),
    0.5 + size * (x * Math.sin(turn) + y * Math.cos(turn)),
  ];
  const line = (from: readonly [number, number], to: readonly [number, number]) =>
    Array.from({ length: 9 }, (_, i) =>
      at(from[0] + ((to[0] - from[0]) * i) / 8, from[1] + ((to[1] - from[1]) * i) / 8),
    );
  switch (shape) {
    case 'circle':
      return [
        Array.from({ length: 33 }, (_, i) => at(Math.sin((i * Math.PI) / 16), -Math.cos((i * Math.PI) / 16))),
      ];
    case 'square':
      return [
        [
          ...line([-1, -1], [1, -1]),
          ...line([1, -1], [1, 1]),
          ...line([1, 1], [-1, 1]),
          ...line([-1, 1], [-1, -1]),
        ],
      ];
    case 'cross “+”':
      return [line([0, -1], [0, 1]), line([-1, 0], [1, 0])];
  }
}

/** Names the classes of the page after the shapes. */
export async function nameClasses(page: Page): Promise<void> {
  await page.getByText('is ready.').waitFor();
  await page.getByRole('button', { name: 'Add a class' }).click();
  const names = page.getByRole('textbox', { name: 'Name of the class' });
  for (const [i, shape] of shapes.entries()) await names.nth(i).fill(shape);
}

/** Draws a shape and gives it to its class. */
export async function giveDrawing(page: Page, shape: Shape, n: number): Promise<void> {
  const count = page.getByRole('listitem', { name: shape }).locator('[data-part="count"]');
  const before = Number.parseInt((await count.textContent()) ?? '', 10);
  await drawStrokes(page, strokesOf(shape, n));
  await page.getByRole('button', { name: `Add drawing: ${shape}` }).click();
  await page
    .getByRole('listitem', { name: shape })
    .getByText(new RegExp(`^${before + 1} example`))
    .waitFor();
}

/** Trains, and waits for it. */
export async function train(page: Page, times = 1): Promise<void> {
  await page.getByRole('button', { name: 'Train' }).click();
  await page.locator(`body[data-trained="${times}"]`).waitFor({ state: 'attached' });
}
