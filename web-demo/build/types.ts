// Hands out the types of the browser entry beside it, as one file that imports nothing.
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

const source = new URL('../component/types.ts', import.meta.url);

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

export function browserTypes(): Plugin {
  return {
    name: 'browser-types',
    apply: 'build',
    async generateBundle() {
      const types = await readFile(source, 'utf8');
      this.emitFile({ type: 'asset', fileName: 'browser/trainyard.d.ts', source: types + values });
    },
  };
}
