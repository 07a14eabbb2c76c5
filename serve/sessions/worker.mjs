// Entry of a worker thread: worker.ts, compiled. A TypeScript loader would take 20 MB in each thread.
import { compiled } from '../../setup/compiled.mjs';

await import(await compiled('serve/sessions/worker.ts'));
