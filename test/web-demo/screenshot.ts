// Makes pictures of the page: docs/page.png for README; with a folder as argument, also the phone's and the dark ones.
import { join } from 'node:path';
import { root } from '../../setup/paths.mjs';
import { modelReady, openStage, type Stage, visit } from './browser.ts';
import { drawDigit } from './hands.ts';

/** Milliseconds in which what moves has come to rest. */
const still = 500;

interface View {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
}

async function take(stage: Stage, { path, width, height, colorScheme }: View): Promise<void> {
  const { page } = await visit(stage, { viewport: { width, height }, deviceScaleFactor: 1.5, colorScheme });
  await modelReady(page);
  await drawDigit(page, '3');
  await page.getByRole('button', { name: 'What mattered?' }).click();
  await page.getByTestId('map').waitFor();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(still);
  await page.screenshot({ path });
  await page.context().close();
  console.log(path);
}

async function main(folder: string | undefined): Promise<void> {
  const stage = await openStage();
  await take(stage, {
    path: join(root, 'docs', 'page.png'),
    width: 1200,
    height: 790,
    colorScheme: 'light',
  });
  for (const colorScheme of folder === undefined ? [] : (['light', 'dark'] as const)) {
    const path = (size: string) => join(folder ?? '', `page-${size}-${colorScheme}.png`);
    await take(stage, { path: path('phone'), width: 360, height: 740, colorScheme });
    await take(stage, { path: path('desktop'), width: 1280, height: 860, colorScheme });
  }
  await stage.close();
}

await main(process.argv[2]);
