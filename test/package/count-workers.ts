// Counts the workers of a page, those included that end before a browser's tools hear of them.
import type { Page } from 'playwright-core';

/** To be called before the page is opened: `started` there is the number of workers that were ever started. */
export async function countWorkers(page: Page): Promise<void> {
  await page.addInitScript(`
    window.started = 0;
    window.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        window.started++;
      }
    };`);
}
