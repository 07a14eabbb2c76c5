// The browser of the tests, as playwright-core's chromium.launch takes it.
import { chromiumArguments, findChromium } from '../setup/steps/chromium.mjs';

/**
 * The Chromium that set-up found or unpacked: `playwright.chromium.launch(await chromium())`.
 * @throws Error with the command that finds one
 */
export async function chromium(): Promise<{
  executablePath: string;
  args: string[];
  env?: Record<string, string>;
}> {
  const found = findChromium();
  if (!found) throw new Error('Set-up has found no Chromium yet. Run: node setup/main.mjs --for test');
  const { executablePath, env } = found;
  return { executablePath, args: [...chromiumArguments], ...(env && { env: { ...environment(), ...env } }) };
}

/** Our own environment: Playwright's `env` replaces it. */
function environment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
}
