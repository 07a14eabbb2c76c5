// Which Node will do. Kept to old syntax and without imports, so that an old Node can read it.

/** Vite 8's range, the narrowest of our packages'. */
const wanted = '20.19 or later, or 22.12 or later';

/** @param {string} version such as 20.19.0 */
export function isNodeRecentEnough(version) {
  const major = Number(version.split('.')[0]);
  const minor = Number(version.split('.')[1]);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
}

/** Says what is wrong with this Node, and has the process end with code 1. */
export function tellOldNode() {
  console.error(`Trainyard needs Node ${wanted}; this is ${process.versions.node} (${process.execPath}).`);
  console.error('  nvm install 22    (or your package manager, or https://nodejs.org/en/download)');
  process.exitCode = 1;
}
