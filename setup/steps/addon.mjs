// Step: tfjs's native addon, compiled from the npm package's own sources and ours against the wheel's TensorFlow.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesUnder, hashFiles, readJson, writeJson } from '../files.mjs';
import { root } from '../paths.mjs';
import { run } from '../run.mjs';
import { which } from '../system.mjs';
import { findTensorflow } from '../tensorflow.mjs';

const tfjs = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
const sources = join(tfjs, 'binding');
/** TensorFlow ops, and a correction of tfjs-node. */
const own = ['gelu.cc', 'references.cc'].map((name) => join(root, 'train', 'graph', name));
export const addonFile = join(tfjs, 'lib', 'napi-v8', 'tfjs_binding.node');
const stampFile = join(dirname(addonFile), 'trainyard.json');

/** @type {import('./index.mjs').Step} */
export const addonStep = {
  name: 'TensorFlow addon',
  hint: 'compiling with g++',
  done: () => existsSync(addonFile) && readJson(stampFile)?.key === buildKey(),
  needs: () =>
    which('g++')
      ? []
      : [{ problem: 'Training needs a C++ compiler: g++ is not on the PATH.', install: ['g++'] }],
  run: async () => {
    const key = buildKey();
    const temporary = join(dirname(addonFile), 'unfinished.node');
    mkdirSync(dirname(addonFile), { recursive: true });
    try {
      await run('addon', 'g++', [...compilerArguments(), '-o', temporary]);
      // Loading it here finds a CPU or a system that TensorFlow was not made for, while there is someone to tell.
      await run('addon-load', process.execPath, ['-e', `require(${JSON.stringify(temporary)})`]);
      rmSync(stampFile, { force: true });
      renameSync(temporary, addonFile);
      writeJson(stampFile, { key });
    } finally {
      rmSync(temporary, { force: true });
    }
  },
};

/** Everything that the addon is made from; it changes when the checkout moves, too, since its path is built in. */
function buildKey() {
  const tensorflow = findTensorflow();
  return hashFiles(
    [...filesUnder(sources), ...own],
    [`${tensorflow?.package} ${tensorflow?.version}`, ...compilerArguments()],
  );
}

function compilerArguments() {
  const tensorflow = findTensorflow()?.folder ?? '';
  const files = filesUnder(sources).filter((path) => path.endsWith('.cc'));
  return [
    ...['-O2', '-std=c++17', '-shared', '-fPIC', '-w', '-DNAPI_VERSION=8'],
    // As TensorFlow itself is compiled (tf.sysconfig.get_compile_flags()), whose C++ headers our ops include.
    ...['-DNDEBUG', '-D_GLIBCXX_USE_CXX11_ABI=1', '-DEIGEN_MAX_ALIGN_BYTES=64'],
    ...[`-I${join(tensorflow, 'include')}`, `-I${join(root, 'node_modules', 'node-api-headers', 'include')}`],
    ...files,
    ...own,
    ...['create', 'delete'].map((verb) => `-Wl,--wrap=napi_${verb}_reference`),
    ...[`-L${tensorflow}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    `-Wl,-rpath,${tensorflow}`,
  ];
}
