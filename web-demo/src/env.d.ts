/// <reference types="vite/client" />

/** Bytes of onnxruntime's WebAssembly file; vite.config.ts fills it in. */
declare const RUNTIME_BYTES: number;
