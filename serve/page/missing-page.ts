// What is said where the web page is missing: a checkout builds it, and the package comes with it.
import { command } from '../../setup/invocation.mjs';
import { isCheckout } from '../../setup/paths.mjs';

/** @param checkout - whether the page is built here. */
export function missingPage(checkout = isCheckout): { state: string; remedy: string } {
  return checkout
    ? { state: 'not built yet', remedy: command('build') }
    : { state: 'missing from the package', remedy: 'npm install trainyard' };
}
