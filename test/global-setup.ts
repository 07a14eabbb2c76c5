// What vitest does once, before all tests and after them.
import '../setup/libraries/without-telemetry.mjs';
import { useOwnFolders } from './own-folders.ts';

export default () => useOwnFolders();
