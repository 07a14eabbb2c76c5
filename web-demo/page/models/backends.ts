// The choice of what runs the model in this browser, and the words for what runs it now.
import type { Backend } from '../../component/index.ts';
import type { BackendChoice } from './open-models.ts';

/** A way to run models; `why` says what it needs that this page or browser does not have. */
interface Choice extends BackendChoice {
  readonly name: string;
  readonly note: string;
  readonly why: string | undefined;
}

const headers =
  'needs a page that is isolated by the headers Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy; this host does not send them';

/** The choices of this browser on this page. */
function choices(): Choice[] {
  const threads = Math.min(4, navigator.hardwareConcurrency);
  const wasm = { backend: 'wasm', why: undefined } as const;
  return [
    { ...wasm, threads: undefined, name: 'Automatic', note: 'WebAssembly; large models get several threads' },
    { ...wasm, threads: 1, name: 'WebAssembly, 1 thread', note: 'runs everywhere' },
    ...(threads > 1
      ? [
          {
            ...wasm,
            threads,
            name: `WebAssembly, ${threads} threads`,
            note: 'for large models',
            why: crossOriginIsolated ? undefined : headers,
          },
        ]
      : []),
    {
      backend: 'webgpu',
      threads: undefined,
      name: 'WebGPU',
      note: 'the graphics processor; fetches a larger runtime',
      why: 'gpu' in navigator ? undefined : 'this browser has no WebGPU',
    },
  ];
}

/** Fills a field set with the choices. */
export function createBackendChoice(fields: HTMLElement, choose: (backend: BackendChoice) => void): void {
  choices().forEach(({ backend, threads, name, note, why }, i) => {
    const label = document.createElement('label');
    const radio = document.createElement('input');
    radio.type = 'radio';
    radio.name = 'backend';
    radio.checked = i === 0;
    radio.disabled = why !== undefined;
    radio.addEventListener('change', () => choose({ backend, threads }));
    const text = document.createElement('span');
    text.textContent = name;
    const small = document.createElement('small');
    small.textContent = why ?? note;
    text.append(small);
    label.append(radio, text);
    fields.append(label);
  });
}

/** The backend in use, in words. */
export function backendInWords({ name, threads }: Backend): string {
  if (name === 'webgpu') return 'WebGPU';
  return `WebAssembly, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
}
