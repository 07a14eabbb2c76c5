// Model files in the worker: onnxruntime on WebAssembly, as the page's other models run.
import { Tensor } from 'onnxruntime-web/wasm';
import { chooseBackend, surroundings } from '../../component/backend.ts';
import { openWasmSession } from '../../component/wasm.ts';
import type { Runtime } from './runtime.ts';

/** @param compiled - onnxruntime's WebAssembly. */
export function wasmRuntime(compiled: Promise<WebAssembly.Module>, version: string): Runtime {
  return {
    name: `onnxruntime-web ${version}`,
    async open(model, card, output) {
      const { threads } = await chooseBackend({ backend: 'wasm', threads: undefined }, card, surroundings());
      const session = await openWasmSession(await compiled, model, threads);
      const size = card.input.shape.reduce((product, each) => product * each, 1);
      /** The last run that was asked for: a session answers one at a time. */
      let last: Promise<unknown> = Promise.resolve();
      async function run(inputs: readonly Uint8Array[]): Promise<Float32Array[]> {
        const batch = new Uint8Array(inputs.length * size);
        for (const [i, input] of inputs.entries()) batch.set(input, i * size);
        const image = new Tensor('uint8', batch, [inputs.length, ...card.input.shape]);
        const answer = (await session.run({ [card.input.name]: image }))[output];
        const data = await answer?.getData();
        if (!(data instanceof Float32Array)) throw new Error(`the model gave no float32 ${output}`);
        const width = data.length / inputs.length;
        return inputs.map((_, i) => data.slice(i * width, (i + 1) * width));
      }
      return {
        run(inputs) {
          const next = last.then(() => run(inputs));
          last = next.catch(() => {}); // one that fails does not keep the others
          return next;
        },
        close: () => session.release(),
      };
    },
  };
}
