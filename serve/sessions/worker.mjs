// Entry of a worker thread: registers the TypeScript loader, which threads do not inherit, then runs worker.ts.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
