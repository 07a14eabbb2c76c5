// What vitest does once, before all tests and after them.
import '../models/without-telemetry.ts';
import { useOwnFolders } from './own-folders.ts';

export default () => useOwnFolders();
