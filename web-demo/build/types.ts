// Hands out the types of the browser entries beside them.
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

/** What component/index.ts exports besides types. */
const values = `
/**
 * Opens a model file in a worker of its own.
 * @throws ModelError
 */
export declare const loadModel: LoadModel;

export declare const warmUp: WarmUp;

export declare const readPicture: ReadPicture;

export declare class ModelError extends Error {
  readonly reason: Reason;
  constructor(reason: Reason, message: string);
}

/** A picture that cannot be classified: it cannot be read, is none, or is damaged. The model is well. */
export declare class PictureError extends Error {}
`;

/** What react/index.ts exports besides types. */
const hook = `
export declare const useClassifier: UseClassifier;
`;

/** What element/index.ts exports besides types. */
const element = `
/** The class of \`<trainyard-classifier>\`, which importing the module defines. */
export declare const TrainyardClassifier: new () => TrainyardClassifierElement;
`;

const entries = [
  ['trainyard.d.ts', 'component/types.ts', values],
  ['react.d.ts', 'react/types.ts', hook],
  ['element.d.ts', 'element/types.ts', element],
] as const;

export function browserTypes(): Plugin {
  return {
    name: 'browser-types',
    apply: 'build',
    async generateBundle() {
      for (const [name, path, more] of entries) {
        const types = (await read(path)).replaceAll("'../component/types.ts'", "'./trainyard.js'");
        this.emitFile({ type: 'asset', fileName: `browser/${name}`, source: types + more });
      }
    },
  };
}
