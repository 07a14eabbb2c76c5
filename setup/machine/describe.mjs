// The doctor's facts as text: a line for each, then what is missing and how to get it.

import { command } from '../invocation.mjs';
import { compilerOf } from './compiler.mjs';

const labelWidth = 18;
const mebibyte = 2 ** 20;

/**
 * @param {import('./inspect.mjs').Facts} facts
 * @returns {string}
 */
export function describe(facts) {
  const { cpu, gpu, python, venv, tensorflow, cache, datasets } = facts;
  /** What only a checkout has or needs. @type {(row: [string, string]) => [string, string][]} */
  const inCheckout = (row) => (facts.trainyard.checkout ? [row] : []);
  /** @type {[string, string][]} */
  const rows = [
    ['Trainyard', `${facts.trainyard.version} in ${facts.trainyard.folder}`],
    ['Node', facts.node],
    ...inCheckout(['npm packages', facts.npmPackages ? 'as in package-lock.json' : 'missing or outdated']),
    ['Python', python ? `${python.version} (${python.executable})` : 'none that fits'],
    ['Environment', `${venv.folder} ${venv.ready ? 'ready' : 'not ready'}`],
    ['TensorFlow', tensorflow ? `${tensorflow.package} ${tensorflow.version}` : 'not installed'],
    ['Compiler', facts.compiler ?? `no ${compilerOf()}`],
    ['TensorFlow addon', facts.addon ? 'built for this TensorFlow' : 'not built for this TensorFlow'],
    ['onnxruntime-node', facts.onnxruntimeNode ?? 'not installed'],
    ['CPU', `${cpu.model}, ${cpu.cores} cores, ${(cpu.memory / 2 ** 30).toFixed(1)} GiB of memory`],
    ['CPU features', describeFeatures(cpu)],
    ['GPU', describeGpu(gpu)],
    ['MNIST', datasets.mnist.ready ? datasets.mnist.folder : 'not there'],
    ['Web page', facts.page ? 'built' : 'not built'],
    ...inCheckout(['Chromium', facts.chromium ?? 'not chosen (only the tests need it)']),
    ['Caches', `${cache.folder}: ${describeSizes(cache.bytes)}`],
  ];
  return [...rows.map(([label, text]) => label.padEnd(labelWidth) + text), '', describeMissing(facts)].join(
    '\n',
  );
}

/** @param {import('./cpu.mjs').Cpu} cpu */
function describeFeatures({ features, nativeBfloat16 }) {
  const list = Object.entries(features).map(([name, present]) => `${name} ${present ? 'yes' : 'no'}`);
  return `${list.join(', ')}: bfloat16 is ${nativeBfloat16 ? 'native' : 'emulated, so float32 is faster'}`;
}

/** @param {import('./inspect.mjs').Facts['gpu']} gpu */
function describeGpu({ chosen, devices, tensorflowLibraries, onnxruntimeLibraries }) {
  const found = devices.map(({ name, memory, driver }) => `${name}, ${memory}, driver ${driver}`).join('; ');
  const libraries = `${tensorflowLibraries} CUDA libraries for TensorFlow, ${onnxruntimeLibraries} for onnxruntime`;
  if (chosen) return `${found || 'none found, so the CPU is used'}; ${libraries}`;
  return found ? `${found}; not used: ${command('setup', ['--gpu'])}` : 'none found';
}

/** @param {Record<string, number>} bytes */
function describeSizes(bytes) {
  return Object.entries(bytes)
    .filter(([, size]) => size > mebibyte)
    .map(([name, size]) => `${name} ${Math.round(size / mebibyte)} MiB`)
    .join(', ');
}

/** @param {import('./inspect.mjs').Facts} facts */
function describeMissing({ missing, trainyard }) {
  if (missing.length === 0)
    return `Ready to ${trainyard.checkout ? 'serve, train and test' : 'serve and train'}.`;
  return missing
    .map(({ purpose, steps, mend }) => `Missing to ${purpose}: ${steps.join(', ')}\n${mend}`)
    .join('\n');
}
