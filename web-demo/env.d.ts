/// <reference types="vite/client" />

/** Bytes of onnxruntime's WebAssembly file; vite.config.ts fills it in. */
declare const RUNTIME_BYTES: number;

/** JSON list of the files that the service worker keeps, and what names this build; build/precache.ts fills them in. */
declare const PAGE_FILES: string;
declare const PAGE_BUILD: string;
