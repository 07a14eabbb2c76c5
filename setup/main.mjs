// Set-up's entry: says that Node is too old before an old Node reads anything that it does not understand. What follows
// `--` are the words of the `trainyard` command, which runs in this same process when all is ready: a signal that npm passes
// on reaches it, where a shell that runs two commands would keep it.
import { isNodeRecentEnough, tellOldNode } from './machine/node-version.mjs';
import { endAsFirstProcess } from './machine/signals.mjs';

endAsFirstProcess();

const words = process.argv.slice(2);
const end = words.indexOf('--');

if (isNodeRecentEnough(process.versions.node)) {
  import('./command.mjs')
    .then(({ main }) => main(end < 0 ? words : words.slice(0, end)))
    .then(() => {
      if (end < 0 || process.exitCode) return;
      process.argv.splice(2, words.length, ...words.slice(end + 1));
      return import(new URL('../bin/trainyard.mjs', import.meta.url).href);
    });
} else {
  tellOldNode();
}
