// The built page, served by the real server with the repository's models, for tests in whichever browser.
import { type ServeOptions, serve } from '../../serve/main.ts';
import { pageFolder, repositoryFolder } from '../../setup/paths.mjs';
import { prepareSteps } from '../../setup/prepare.mjs';
import { pageStep } from '../../setup/steps/page.mjs';

/** Builds the page if its sources changed. */
export function buildPage(): Promise<unknown> {
  return prepareSteps([pageStep], false);
}

/** Serves the built page. @param options - settings that are not those of the tests. */
export function servePage(options: Partial<ServeOptions> = {}): ReturnType<typeof serve> {
  return serve({
    repository: repositoryFolder,
    host: '127.0.0.1',
    port: 0,
    page: pageFolder,
    log: () => {},
    ...options,
  });
}
