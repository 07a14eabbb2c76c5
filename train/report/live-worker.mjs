// The live page's thread: it doesn't inherit the TypeScript loader, so it registers its own.
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { serveLive } = await import('./live-server.ts');
await serveLive(workerData, parentPort);
