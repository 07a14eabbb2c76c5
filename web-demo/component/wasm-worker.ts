// The worker that runs a model on WebAssembly. onnxruntime's threads start from the same script.
import './no-eval.ts';
import { ModelError } from './errors.ts';
import type { Request, RuntimeMessage } from './protocol.ts';
import { openOnWasm } from './wasm.ts';
import { answerRequests } from './worker.ts';

/** The name that onnxruntime gives to its threads, which it answers itself. */
const thread = 'em-pthread';

if (!self.name.startsWith(thread)) {
  /** The WebAssembly, which the page sends. */
  const runtime = new Promise<WebAssembly.Module>((resolve, reject) => {
    self.addEventListener('message', ({ data }: MessageEvent<Request | RuntimeMessage>) => {
      if (data.type === 'runtime') resolve(data.compiled);
      else if (data.type === 'no-runtime') reject(new ModelError(data.reason, data.message));
    });
  });
  runtime.catch(() => {}); // reported where it is awaited
  answerRequests(async (bytes, { threads }) => openOnWasm(await runtime, bytes, threads));
}
