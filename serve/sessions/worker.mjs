// Entry of a worker thread: worker.ts, compiled. A TypeScript loader would take 20 MB in each thread.
import { load } from '../../setup/compiled.mjs';

await load('serve/sessions/worker.ts');
