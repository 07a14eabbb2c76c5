// What vitest does once, before all tests and after them.
import '../setup/libraries/without-telemetry.mjs';
import { useOwnFolders } from './own-folders.ts';

export default async () => {
  const remove = useOwnFolders();
  // After it, since this reads setup/paths.mjs. Python then compiles what the tests import once, whatever this shell says.
  const { byteCode } = await import('../setup/libraries/byte-code.mjs');
  Object.assign(process.env, byteCode);
  return remove;
};
