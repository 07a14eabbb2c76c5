// Set-up's entry. It keeps to old syntax and imports nothing at first, so that an old Node can read it and say
// that it is too old.

/** Vite 8's range, the narrowest of our packages'. */
const wanted = '20.19 or later, or 22.12 or later';

/** @param {string} version such as 20.19.0 */
function isRecentEnough(version) {
  const major = Number(version.split('.')[0]);
  const minor = Number(version.split('.')[1]);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
}

if (isRecentEnough(process.versions.node)) {
  import('./command.mjs').then((command) => command.main(process.argv.slice(2)));
} else {
  console.error(`Trainyard needs Node ${wanted}; this is ${process.versions.node} (${process.execPath}).`);
  console.error('  nvm install 22    (or your package manager, or https://nodejs.org/en/download)');
  process.exitCode = 1;
}
