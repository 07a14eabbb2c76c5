// Set-up's entry: an old Node is told so before it reads anything that it does not understand.
import { isNodeRecentEnough, tellOldNode } from './node-version.mjs';

if (isNodeRecentEnough(process.versions.node)) {
  import('./command.mjs').then(({ main }) => main(process.argv.slice(2)));
} else {
  tellOldNode();
}
