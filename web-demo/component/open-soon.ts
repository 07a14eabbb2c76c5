// Opens a model for a component that may go again at once: frameworks mount twice to find leaks, and move elements about.
import { loadModel, ModelError } from './index.ts';
import type { LoadOptions, Model, ModelFileSource } from './types.ts';

/** A model that is being opened, or is open. */
export interface Opening {
  readonly model: Promise<Model>;
  /** Ends the download, or the model. */
  close(): void;
}

/** Opens a model when what runs now has ended: nothing is fetched when it is closed before. */
export function openSoon(
  source: ModelFileSource,
  { progress, ...options }: Omit<LoadOptions, 'signal'>,
): Opening {
  const closing = new AbortController();
  const { signal } = closing;
  const model = Promise.resolve().then(() => {
    signal.throwIfAborted();
    const tell = (loaded: number, total: number) => {
      if (!signal.aborted) progress?.(loaded, total);
    };
    return loadModel(source, { ...options, signal, progress: tell });
  });
  model.catch(() => {}); // reported where it is awaited
  return {
    model,
    close() {
      closing.abort(new ModelError('closed', 'The model was closed.'));
      model.then(
        (open) => open.close(),
        () => {},
      );
    },
  };
}
