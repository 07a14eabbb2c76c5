// What is said where the web page is missing can be done there.
import { expect, test } from 'vitest';
import { missingPage } from '../../../serve/page/missing-page.ts';

test.each([
  [true, 'not built yet', 'npm run build'],
  [false, 'missing from the package', 'npm install trainyard'],
])('in a checkout: %s', (checkout, state, remedy) => {
  expect(missingPage(checkout)).toEqual({ state, remedy });
});
