// Set-up's command line: reads the arguments, runs the steps, says what failed.
import { parseArgs } from 'node:util';
import { SetupError } from './errors.mjs';
import { prepare } from './prepare.mjs';
import { purposes } from './steps/index.mjs';

const usage = `Usage: node setup/main.mjs [--for packages|serve|train|test|ci] [--gpu | --cpu] [--verbose]

Makes this checkout ready; what is ready already is skipped. Without --for: training and serving.
  --for PURPOSE  only what this needs (serving needs no Python and no compiler); ci: what the tests need, with Ray
  --gpu          with NVIDIA's CUDA libraries, now and in later set-ups; --cpu goes back
  --verbose      name what is ready, too`;

/** @param {string[]} args after the script's name */
export async function main(args) {
  try {
    const options = parse(args);
    if (options) await prepare(options);
    else console.log(usage);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error; // our own mistake: with its stack
    console.error(error.message);
    process.exitCode = 1;
  }
}

/**
 * @param {string[]} args
 * @throws {SetupError} naming the argument that is wrong
 * @returns {Parameters<typeof prepare>[0] | undefined} `undefined` when help is asked for
 */
function parse(args) {
  const { values } = readArguments(args);
  if (values.help) return undefined;
  const purpose = purposes.find((name) => name === (values.for ?? 'all'));
  if (!purpose)
    throw new SetupError(`--for takes packages, serve, train, test or ci; received ${values.for}.`);
  if (values.gpu && values.cpu) throw new SetupError('--gpu and --cpu exclude each other.');
  return { purpose, gpu: values.gpu ? true : values.cpu ? false : undefined, verbose: values.verbose };
}

/** @param {string[]} args */
function readArguments(args) {
  try {
    return parseArgs({
      args,
      options: {
        for: { type: 'string' },
        gpu: { type: 'boolean', default: false },
        cpu: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new SetupError(`${/** @type {Error} */ (error).message}\n\n${usage}`);
  }
}
