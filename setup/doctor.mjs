// Prints what this machine and checkout have, and how to get what is missing. `--json` for programs.
import { isNodeRecentEnough, tellOldNode } from './machine/node-version.mjs';

if (isNodeRecentEnough(process.versions.node)) {
  Promise.all([import('./machine/inspect.mjs'), import('./machine/describe.mjs')]).then(
    ([{ inspect }, { describe }]) => {
      const facts = inspect();
      console.log(process.argv.includes('--json') ? JSON.stringify(facts, null, 2) : describe(facts));
    },
  );
} else {
  tellOldNode();
}
