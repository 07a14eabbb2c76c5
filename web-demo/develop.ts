// Develops the page: Vite's hot reload in front of the real server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createServer as createViteServer } from 'vite';
import { UserError } from '../models/errors.ts';
import { command } from '../setup/invocation.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the server answers; the rest is the page's. */
const serverRoutes = ['/models', '/classify', '/healthz', '/readyz'];

/** With these a page may use threads in WebAssembly. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** A development page that is being served. */
export interface Development {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the server on a free port and Vite in front of it.
 *
 * @param port - port of the page; 0 takes a free one.
 * @throws UserError when the server ends before it listens, or the port is taken.
 */
export async function develop(host: string, port: number): Promise<Development> {
  const server = await startServer();
  const http = createHttpServer();
  const proxy = Object.fromEntries(serverRoutes.map((route) => [route, { target: server.url }]));
  const vite = await createViteServer({
    configFile: fileURLToPath(new URL('./vite.config.ts', import.meta.url)),
    server: { middlewareMode: { server: http }, ws: { server: http }, headers: isolation, proxy },
    appType: 'spa',
  });
  http.on('request', vite.middlewares);
  async function close(): Promise<void> {
    http.closeAllConnections();
    await Promise.all([vite.close(), new Promise((resolve) => http.close(resolve)), server.close()]);
  }
  try {
    http.listen(port, host);
    await once(http, 'listening');
  } catch (error) {
    await close();
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw taken
      ? new UserError(`port ${port} is taken: choose another with --port, or 0 for a free one`)
      : error;
  }
  const address = http.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;
  return { url: `http://${host}:${listening}/`, close };
}

/** Starts `trainyard serve` as a process of its own and waits until it prints its address. */
async function startServer(): Promise<{ url: string; close(): Promise<void> }> {
  const child = spawn(process.execPath, ['bin/trainyard.mjs', 'serve', '--port', '0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /https?:\/\/[^\s"',]+/.exec(line)?.[0];
      if (address !== undefined) resolve(address);
    });
    ended.then(
      () =>
        reject(new UserError(`The server ended before it was ready. Look what it says: ${command('serve')}`)),
      reject,
    );
  });
  return {
    url,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
