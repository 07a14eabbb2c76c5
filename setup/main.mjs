// Set-up's entry: says that Node is too old before an old Node reads anything that it does not understand.
import { isNodeRecentEnough, tellOldNode } from './node-version.mjs';

if (isNodeRecentEnough(process.versions.node)) {
  import('./command.mjs').then(({ main }) => main(process.argv.slice(2)));
} else {
  tellOldNode();
}
