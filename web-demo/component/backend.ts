// Chooses the backend that runs a model: the one that was asked for, or an error that says why not. It never falls back silently.
import type { Card } from '../../models/card.ts';
import { ModelError } from './errors.ts';
import type { Backend } from './types.ts';

/** From this many parameters on, several threads are faster than one: waking them takes longer than a small model. */
const worthThreads = 500_000;

/** More threads than this gain little at the sizes of picture that are served here. */
const mostThreads = 4;

/** What the page and the machine offer. */
export interface Surroundings {
  /** Whether memory can be shared with threads, and these can start. */
  readonly isolated: boolean;
  readonly processors: number;
  readonly webAssembly: boolean;
  /** Whether there is WebGPU with a graphics processor behind it. */
  readonly webGpu: () => Promise<boolean>;
}

/**
 * Decides on the backend.
 *
 * @throws ModelError saying what is missing for what was asked.
 */
export async function chooseBackend(
  asked: { readonly backend: Backend['name']; readonly threads: number | undefined },
  card: Card,
  { isolated, processors, webAssembly, webGpu }: Surroundings,
): Promise<Backend> {
  if (!webAssembly) throw new ModelError('runtime', 'This browser has no WebAssembly.');
  if (asked.backend === 'webgpu') {
    if (!(await webGpu()))
      throw new ModelError('runtime', 'This browser gives no WebGPU adapter. WebAssembly runs everywhere.');
    return { name: 'webgpu', threads: 1 };
  }
  if (asked.threads !== undefined && asked.threads > 1 && !isolated) {
    throw new ModelError(
      'runtime',
      `${asked.threads} threads need shared memory, which a page has when its server sends the headers ` +
        'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp; ' +
        'and onnxruntime from its own host, not from another one.',
    );
  }
  const large = card.architecture.parameters >= worthThreads;
  const usual = isolated && large ? Math.min(processors, mostThreads) : 1;
  return { name: 'wasm', threads: asked.threads ?? usual };
}

/** The surroundings of the worker that asks. */
export function surroundings(): Surroundings {
  return {
    // A script of another host runs within one of this page's own, of which no threads can start.
    isolated: self.crossOriginIsolated && self.location.protocol !== 'blob:',
    processors: navigator.hardwareConcurrency,
    webAssembly: typeof WebAssembly !== 'undefined',
    webGpu: async () => 'gpu' in navigator && (await requestAdapter(navigator.gpu)) !== null,
  };
}

/** TypeScript's types of the DOM do not have WebGPU yet. */
async function requestAdapter(gpu: unknown): Promise<unknown> {
  if (typeof gpu !== 'object' || gpu === null || !('requestAdapter' in gpu)) return null;
  return typeof gpu.requestAdapter === 'function' ? gpu.requestAdapter() : null;
}
