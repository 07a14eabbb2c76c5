// Wraps onnxruntime's loader so that it starts from WebAssembly that is already compiled; onnxruntime imports this file by its address.
import loaderUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';

/** Address of this file, for onnxruntime's `wasmPaths`. */
export const url = import.meta.url;

/** Emscripten's hook for a page that makes the instance itself. Reference: Emscripten, "Module object". */
interface Hook {
  instantiateWasm(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
}

type Start = (config: object) => Promise<unknown>;

/** Begins to fetch the loader, so that it is there when the WebAssembly is. */
export const loaded: Promise<{ readonly default: Start }> = import(
  /* @vite-ignore */ new URL(loaderUrl, import.meta.url).href
);

/** The compiled module, set by {@link use}. */
let module: WebAssembly.Module | undefined;

/** To be called before onnxruntime starts. */
export function use(compiled: WebAssembly.Module): void {
  module = compiled;
}

/** Takes the place of the loader's own function. */
export default async function start(config: object): Promise<unknown> {
  const compiled = module;
  if (compiled === undefined) throw new Error('onnxruntime was started before its WebAssembly was there');
  const { default: startLoader } = await loaded;
  // The loader waits for `receive` alone: what fails before it would leave it waiting.
  return new Promise((resolve, reject) => {
    const hook: Hook = {
      instantiateWasm(imports, receive) {
        WebAssembly.instantiate(compiled, imports).then((instance) => receive(instance, compiled), reject);
        return {};
      },
    };
    startLoader({ ...config, ...hook }).then(resolve, reject);
  });
}
