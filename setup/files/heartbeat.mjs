// The thread that touches a lock file while its owner lives; a lock that is gone is not made again.
import { utimesSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { path, every } = workerData;

setInterval(() => {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // It was let go, or the disk does not answer: the next beat will tell.
  }
}, every);
