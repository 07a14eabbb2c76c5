/// <reference types="vite/client" />

/** Bytes of onnxruntime's WebAssembly file; vite.config.ts fills it in. */
declare const RUNTIME_BYTES: number;

/** Where onnxruntime's WebAssembly is beside the worker that trains; the build fills it in. */
declare const RUNTIME_FILE: string;

/** JSON list of the files that the service worker keeps, and what names this build; build/precache.ts fills them in. */
declare const PAGE_FILES: string;
declare const PAGE_BUILD: string;

/** What is used of React. The package is installed by those who use the hook. */
declare module 'react' {
  export function useState<T>(initial: T): [T, (next: T) => void];
  export function useRef<T>(initial: T): { current: T };
  export function useEffect(effect: () => (() => void) | undefined, when: readonly unknown[]): void;
  export function useCallback<T>(callback: T, when: readonly unknown[]): T;
}
