// Entry of a worker thread: registers the TypeScript loader, which threads do not inherit, then runs worker.ts. The
// loader for `require` works in this thread; that for `import` would start another, of 20 MB, for each worker.
import { createRequire } from 'node:module';
import { register } from 'tsx/cjs/api';

register();
createRequire(import.meta.url)('./worker.ts');
