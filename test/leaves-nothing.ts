// What a file that shares a process leaves for the next one: nothing. Spies, and what vitest has put in the place of timers,
// globals and the environment, are taken back; what else has changed fails the file that changed it.
import { afterAll, expect, vi } from 'vitest';

/** Events whose listeners decide how a process ends. */
const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection'];

/**
 * What libraries set as they are loaded, for as long as the process lives: TensorFlow.js and zod in the global object, where
 * Hono's server has classes of its own, TensorFlow.js and sharp in the environment.
 */
const OF_LIBRARIES =
  /^(global (_tf.*|proto|__zod.*|Request|Response)|variable (TF_CPP_MIN_LOG_LEVEL|VIPSHOME))$/;

/** A global that Node makes as it is first asked for, such as `File`. */
const LATER = Symbol('later');

/** What a process has, by name. */
function state(): Map<string, unknown> {
  const globals = Object.entries(Object.getOwnPropertyDescriptors(globalThis));
  const all: [string, unknown][] = [
    ...Object.entries(process.env).map(([name, value]) => [`variable ${name}`, value] as [string, unknown]),
    ...globals.map(([name, { get, value }]) => [`global ${name}`, get ? LATER : value] as [string, unknown]),
    ...ENDS.map((event) => [`listeners of ${event}`, process.listenerCount(event)] as [string, unknown]),
    ['folder', process.cwd()],
    ['exit status', process.exitCode],
  ];
  return new Map(all.filter(([name]) => !OF_LIBRARIES.test(name)));
}

const before = state();
const environment = { ...process.env };

afterAll(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  const after = state();
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => before.get(name) !== LATER && !Object.is(before.get(name), after.get(name)),
  );
  // This file alone fails for them, not the next ones.
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(String(before.get('folder')));
  expect(changed, 'This file has to put back what it changes, or to be named in test/processes.ts').toEqual(
    [],
  );
});
