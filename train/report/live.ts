// The live page, served by a worker thread: the training thread is blocked by its steps most of the time.
import { once } from 'node:events';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { startThread } from '../../setup/modules/start.mjs';

export interface Live {
  /** `http://127.0.0.1:3737/` */
  readonly address: string;
  /** Whether a browser has the page open. */
  isWatched(): boolean;
  /** Replaces the page, also in the browsers that have it open. */
  show(page: string): void;
  /** Tells the browsers that this was the last page, and ends. */
  close(): Promise<void>;
}

/** What the worker is started with. */
export interface LiveWork {
  /** One int32 in shared memory: how many browsers have the page open. */
  readonly watchers: Int32Array;
  readonly port: number;
}

/** Used when it is free, so that the address stays the same; otherwise any other. */
const PORT = 3737;

/** Milliseconds in which browsers can fetch the last page. */
const LAST_PAGE_MS = 2000;

/** Starts the server, on this machine's own address alone. */
export async function openLive(port = PORT): Promise<Live> {
  const watchers = new Int32Array(new SharedArrayBuffer(4));
  const work: LiveWork = { watchers, port };
  const worker = startThread(moduleBeside('./live-server', import.meta.url), work);
  const [address] = await once(worker, 'message');
  worker.unref();
  let ended: Promise<unknown> | undefined;
  const end = async () => {
    const exit = once(worker, 'exit');
    worker.postMessage({ end: true });
    const timer = setTimeout(() => worker.terminate(), LAST_PAGE_MS);
    await exit;
    clearTimeout(timer);
  };
  return {
    address: String(address),
    isWatched: () => Atomics.load(watchers, 0) > 0,
    show: (page) => worker.postMessage({ page }),
    close: async () => {
      ended ??= end();
      await ended;
    },
  };
}
