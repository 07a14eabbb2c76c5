// TensorFlow.js for Node from the cache, with the addon that was compiled for this TensorFlow.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Module } from 'node:module';
import { basename, join } from 'node:path';
import { filesUnder, hashFile, shortDigest } from '../files/index.mjs';
import { packageFolderOf, packagesFolder, requireOf } from '../install/npm-packages.mjs';
import { environmentFolder } from '../install/python-environments.mjs';
import { cacheFolder, root } from '../paths.mjs';
import { findTensorflow, libraryFile } from './tensorflow.mjs';

/** The package's C++ sources. */
const binding = () => join(packageFolderOf('tensorflow', '@tensorflow/tfjs-node-gpu'), 'binding');

/** @param {string} name */
const inGraph = (name) => join(root, 'train', 'graph', name);

/** TensorFlow ops of ours, a correction of the package, and sessions that several processes share. */
const own = ['gelu.cc', 'relu6.cc', 'depthwise.cc', 'references.cc', 'distributed.cc'].map(inGraph);

/** What they include of ours. */
const headers = ['vectors.h'].map(inGraph);

/** The addon's folder, named by the digest of everything that the addon is made from; it may not be there. */
export function addonFolder() {
  const digest = createHash('sha256');
  for (const path of [...filesUnder(binding()), ...own, ...headers])
    digest.update(`${basename(path)} ${hashFile(path)}\n`);
  // The paths of TensorFlow's library and of the headers stand for their versions.
  digest.update([environmentFolder('train'), packagesFolder('tensorflow'), ...flagsOf()].join('\n'));
  return join(cacheFolder(), 'addon', shortDigest(digest));
}

export const addonFile = () => join(addonFolder(), 'tfjs_binding.node');

/** Whether the packages and the addon are there. */
export const hasAddon = () => existsSync(addonFile());

/**
 * @param {string} platform
 * @returns {string[]}
 */
const flagsOf = (platform = process.platform) => [
  ...['-O2', '-std=c++17', '-fPIC', '-w', '-DNAPI_VERSION=8'],
  // Node's own functions are found when it is loaded, which Apple's linker does not take for granted.
  ...(platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']),
  // As TensorFlow itself is compiled (tf.sysconfig.get_compile_flags()), whose C++ headers our ops include.
  ...['-DNDEBUG', '-D_GLIBCXX_USE_CXX11_ABI=1', '-DEIGEN_MAX_ALIGN_BYTES=64'],
  // What the package's sources call so is ours: references.cc and distributed.cc.
  ...['create', 'delete'].map((verb) => `-Dnapi_${verb}_reference=trainyard_${verb}_reference`),
  '-DTF_NewSessionOptions=trainyard_NewSessionOptions',
];

/**
 * Arguments of the compiler but for the output.
 * @param {string} platform
 * @param {string} tensorflow folder of its library and headers
 */
export function compilerArguments(platform = process.platform, tensorflow = findTensorflow()?.folder ?? '') {
  const ofNode = join(packageFolderOf('tensorflow', 'node-api-headers'), 'include');
  return [
    ...flagsOf(platform),
    ...[`-I${join(tensorflow, 'include')}`, `-I${ofNode}`],
    ...filesUnder(binding()).filter((path) => path.endsWith('.cc')),
    ...own,
    join(tensorflow, libraryFile('tensorflow_cc', platform)),
    join(tensorflow, libraryFile('tensorflow_framework', platform)),
    `-Wl,-rpath,${tensorflow}`,
  ];
}

/**
 * Loads the package, and TensorFlow's library with it.
 * @returns {unknown}
 */
export function loadTensorflowJs() {
  const require = requireOf('tensorflow');
  // The package asks node-pre-gyp where its addon is: beside its own files, if it were for that.
  const path = require.resolve('@mapbox/node-pre-gyp');
  const answering = new Module(path);
  answering.exports = { find: addonFile };
  answering.loaded = true;
  require.cache[path] = /** @type {NodeModule} */ (answering);
  return require('@tensorflow/tfjs-node-gpu');
}
