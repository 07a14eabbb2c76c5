// Step: the browser of the tests, found on this machine or unpacked from an npm package.
import { chmodSync, createReadStream, createWriteStream, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { SetupError } from '../errors.mjs';
import { makeFolder, readJson, writeJson } from '../files/index.mjs';
import { whyBrowserFails } from '../machine/browser-trial.mjs';
import { installCommand, which } from '../machine/system.mjs';
import { cacheFolder, root, stateFolder } from '../paths.mjs';
import { run } from '../run.mjs';
import { packagesStep } from './packages.mjs';

/** @typedef {{ executablePath: string, env?: Record<string, string> }} Chromium `env` is what it needs besides ours */

const stampFile = join(stateFolder, 'chromium.json');
const programs = ['chromium', 'chromium-browser', 'google-chrome'];
const npmPackage = join(root, 'node_modules', '@sparticuz', 'chromium');

/** Arguments for a browser without window, sandbox (it runs as root in containers) and talk to its maker. */
export const chromiumArguments = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @type {import('./step.mjs').Step} */
export const chromiumStep = {
  name: 'Chromium',
  hint: 'for the tests: $CHROMIUM_PATH, the PATH, or npm package @sparticuz/chromium',
  done: () => findChromium() !== undefined,
  needs: () => [],
  after: [packagesStep.name],
  run: async (signal) => {
    const found = await choose(signal);
    writeJson(stampFile, found);
  },
};

/**
 * The browser that set-up chose; `undefined` before it did, when it is gone, or when `CHROMIUM_PATH` now names another.
 * @returns {Chromium | undefined}
 */
export function findChromium() {
  const stamp = readJson(stampFile);
  const wanted = process.env.CHROMIUM_PATH;
  if (!stamp || !existsSync(stamp.executablePath)) return undefined;
  return !wanted || wanted === stamp.executablePath ? stamp : undefined;
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Chromium>}
 */
async function choose(signal) {
  const wanted = process.env.CHROMIUM_PATH;
  if (wanted) {
    const problem = await whyItFails({ executablePath: wanted });
    if (problem) throw new SetupError(`CHROMIUM_PATH=${wanted} does not start: ${problem}`);
    return { executablePath: wanted };
  }
  for (const executablePath of programs.flatMap((name) => which(name) ?? [])) {
    if (!(await whyItFails({ executablePath }))) return { executablePath }; // Ubuntu's, without snap, is but a note
  }
  const packaged = await unpack(signal);
  const problem = packaged
    ? await whyItFails(packaged)
    : 'npm package @sparticuz/chromium has none for this system';
  if (packaged && !problem) return packaged;
  throw new SetupError(
    `The tests need a Chromium: ${programs.join(', ')} on the PATH, or named by CHROMIUM_PATH (${problem}).\n` +
      `  ${installCommand(['chromium'])}`,
  );
}

/** @param {Chromium} chromium */
function whyItFails({ executablePath, env = {} }) {
  return whyBrowserFails(executablePath, chromiumArguments, env);
}

/**
 * The npm package's build (a headless shell for Linux on x86-64), with the libraries and a font for systems without.
 * @param {AbortSignal} signal
 * @returns {Promise<Chromium | undefined>}
 */
async function unpack(signal) {
  const version = readJson(join(npmPackage, 'package.json'))?.version;
  if (!version || process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = join(cacheFolder(), 'chromium', version);
  if (!existsSync(folder)) {
    await makeFolder(folder, async (temporary) => {
      const executable = join(temporary, 'chromium');
      await inflate('chromium.br', executable);
      chmodSync(executable, 0o755);
      await inflateTar('al2023.tar.br', temporary, signal); // lib/: NSS, NSPR and expat
      await inflateTar('fonts.tar.br', temporary, signal); // fonts/: Open Sans
      writeFileSync(join(temporary, 'fonts.conf'), fontConfiguration(folder));
    });
  }
  return {
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}

/**
 * @param {string} name in the package's bin folder
 * @param {string} path
 */
async function inflate(name, path) {
  await pipeline(
    createReadStream(join(npmPackage, 'bin', name)),
    createBrotliDecompress(),
    createWriteStream(path),
  );
}

/**
 * @param {string} name
 * @param {string} folder
 * @param {AbortSignal} signal
 */
async function inflateTar(name, folder, signal) {
  const archive = join(folder, 'archive.tar');
  await inflate(name, archive);
  await run('chromium', 'tar', ['-xf', archive, '-C', folder, '--no-same-owner'], { signal });
  rmSync(archive);
}

/** @param {string} folder */
function fontConfiguration(folder) {
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    '<fontconfig>',
    `  <dir>${join(folder, 'fonts')}</dir>`,
    '  <dir>/usr/share/fonts</dir>',
    `  <cachedir>${join(folder, 'font-cache')}</cachedir>`,
    '</fontconfig>',
    '',
  ].join('\n');
}
