// `trainyard/react`: a model for as long as a component is mounted.
import { useCallback, useEffect, useRef, useState } from 'react';
import { ModelError } from '../component/index.ts';
import { openSoon } from '../component/open-soon.ts';
import type { Model } from '../component/types.ts';
import type { Classifier, UseClassifier } from './types.ts';

export type * from './types.ts';

/** What is known of the source that it is about. */
type State = Omit<Classifier, 'classify'> & { readonly about: unknown };

const nothing = { model: undefined, progress: 0, error: undefined } as const;

/** See {@link UseClassifier}. */
export const useClassifier: UseClassifier = (source, options = {}) => {
  const { backend, threads, sha256, size } = options;
  // Two URLs of one address are one.
  const from = source instanceof URL ? source.href : (source ?? undefined);
  const hub = options.hub instanceof URL ? options.hub.href : options.hub;
  const assets = options.assets instanceof URL ? options.assets.href : options.assets;
  const unopened: State = { ...nothing, status: from === undefined ? 'idle' : 'loading', about: from };
  const [state, setState] = useState(unopened);
  const opening = useRef<Promise<Model> | undefined>(undefined);

  useEffect(() => {
    opening.current = undefined;
    if (from === undefined) return;
    let gone = false;
    const tell = (news: Omit<State, 'about'>) => {
      if (!gone) setState({ ...news, about: from });
    };
    tell({ ...nothing, status: 'loading' });
    let shown = 0;
    const { model, close } = openSoon(from, {
      backend,
      threads,
      sha256,
      size,
      assets,
      hub,
      progress(loaded, total) {
        const hundredths = Math.floor((100 * loaded) / total);
        // Not once for each of a thousand pieces.
        if (hundredths === shown) return;
        shown = hundredths;
        tell({ ...nothing, status: 'loading', progress: hundredths / 100 });
      },
    });
    opening.current = model;
    model.then(
      (open) => tell({ model: open, status: 'ready', progress: 1, error: undefined }),
      (error) => tell({ ...nothing, status: 'error', error }),
    );
    return () => {
      gone = true;
      close();
    };
  }, [from, backend, threads, sha256, size, assets, hub]);

  const ask = async (...question: Parameters<Model['classify']>) => {
    if (opening.current === undefined)
      throw new ModelError('closed', 'useClassifier has no model: give it a source before you classify.');
    return (await opening.current).classify(...question);
  };
  // The border with overloads: `ask` hands on to the function whose type it takes.
  const classify = useCallback(ask as Model['classify'], []);
  const { about: _, ...known } = state.about === from ? state : unopened;
  return { ...known, classify };
};
