// A stand-in for g++: instead of tfjs's binding and our ops it compiles an empty addon, with the real compiler.
import { execFileSync } from 'node:child_process';
import { misbehave, record } from './misbehave.mjs';

const args = process.argv.slice(2);
record('g++');
await misbehave('g++');
const source = 'extern "C" void* napi_register_module_v1(void*, void* exports) { return exports; }';
const output = args[args.indexOf('-o') + 1] ?? '';
execFileSync('g++', ['-shared', '-fPIC', '-x', 'c++', '-', '-o', output], {
  input: source,
  env: { ...process.env, PATH: process.env.REAL_PATH },
});
