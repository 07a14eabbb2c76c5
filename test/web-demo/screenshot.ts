// Makes the README's picture of the page, docs/page.png: npx tsx test/web-demo/screenshot.ts
import { join } from 'node:path';
import { root } from '../../setup/paths.mjs';
import { drawDigit, modelReady, openStage, visit } from './browser.ts';

const path = join(root, 'docs', 'page.png');

async function main(): Promise<void> {
  const stage = await openStage();
  const { page } = await visit(stage, { viewport: { width: 1200, height: 740 }, deviceScaleFactor: 1.5 });
  await modelReady(page);
  await drawDigit(page, '3');
  await page.mouse.move(0, 0);
  await page.waitForTimeout(500); // The bars' movement, and the button's under the mouse.
  await page.screenshot({ path });
  await stage.close();
  console.log(path);
}

await main();
