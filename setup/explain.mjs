// The usual causes of a failed step, recognized in what a program or the system printed.
import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { cacheFolder, root } from './paths.mjs';

/** @type {readonly { pattern: RegExp, message: () => string }[]} */
const causes = [
  {
    pattern: /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/i,
    message: () =>
      `The disk is full (${leastSpace([root, cacheFolder(), tmpdir()])}). Training takes about 3 GB in all, serving 1 GB. Free some space, ` +
      `or move the caches with TRAINYARD_CACHE (now ${cacheFolder()}), npm_config_cache, PIP_CACHE_DIR and TMPDIR; ` +
      'then run the same command again.',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|NewConnectionError|ConnectTimeoutError|ReadTimeoutError|NameResolutionError|Failed to establish a new connection|Temporary failure in name resolution|Network is unreachable|network (?:request|connectivity)/i,
    message: () =>
      'The package registry cannot be reached. Check the network (behind a proxy, set HTTPS_PROXY), ' +
      'then run the same command again: what was fetched is kept.',
  },
  {
    pattern:
      /CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT|unable to get local issuer/i,
    message: () =>
      "The registry's certificate is not trusted here. Behind a company's proxy, name its certificate in " +
      'NODE_EXTRA_CA_CERTS (for npm) and PIP_CERT (for pip), then run the same command again.',
  },
  {
    pattern: /EUSAGE|No matching distribution found|E404/,
    message: () =>
      'A pinned package cannot be had: package-lock.json disagrees with package.json (npm install --ignore-scripts updates it), or the ' +
      'registry in use lacks it. The log names it.',
  },
  {
    pattern: /SIGKILL|Killed signal terminated program|Cannot allocate memory|ENOMEM/i,
    message: () =>
      'The system ended the program, most likely for want of memory. Free some memory and run again.',
  },
  {
    pattern: /EACCES|EPERM|EROFS|Permission denied|Read-only file system/i,
    message: () =>
      `A file could not be written. This user must be able to write to ${root} and ${cacheFolder()} ` +
      '(TRAINYARD_CACHE moves the latter); files left by another user, root for example, are the usual cause.',
  },
];

/**
 * One sentence on what went wrong and what to do, or `undefined` when the cause is none of the usual ones.
 * @param {string} text an error's message, or a program's output
 */
export function explain(text) {
  return causes.find((cause) => cause.pattern.test(text))?.message();
}

/**
 * The place that has the least space: any of them may be on a disk of its own.
 * @param {readonly string[]} paths
 */
function leastSpace(paths) {
  const [least] = paths.map(freeSpace).sort((a, b) => a.megabytes - b.megabytes);
  return `${least?.megabytes} MB free at ${least?.path}`;
}

/**
 * @param {string} path of what may not be there yet
 * @returns {{ path: string, megabytes: number }}
 */
function freeSpace(path) {
  if (!existsSync(path) && dirname(path) !== path) return { ...freeSpace(dirname(path)), path };
  const { bavail, bsize } = statfsSync(path);
  return { path, megabytes: Math.floor((bavail * bsize) / 2 ** 20) };
}
