// What must be true of the process before TensorFlow's addon is loaded into it.
import util from 'node:util';
import { processors, quota } from '../../setup/machine/processors.mjs';

// 0 info, 1 warnings, 2 errors: TensorFlow greets every process with several lines about the CPU otherwise.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

// TensorFlow starts a thread for each processor of the machine, however few of them a container may use.
const limit = quota();
if (Number.isFinite(limit)) process.env.TF_NUM_INTRAOP_THREADS ??= String(processors(limit));

// tfjs-node 4.22 calls two functions that Node 23 removed from `util`.
const legacy: Record<string, (value: unknown) => boolean> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
};
for (const [name, check] of Object.entries(legacy))
  if (!(name in util)) Object.defineProperty(util, name, { value: check });
