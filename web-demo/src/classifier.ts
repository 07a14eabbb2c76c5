// The page's side of the worker: opens a model, asks about the newest drawing, hears the answers.
import type { Picture } from '../../models/image/picture.ts';
import { latestOnly } from './latest.ts';
import type { Answer, Comparison, Failure, ModelLink, Ready, Reply, Request } from './protocol.ts';

/** What the page wants to hear. Answers to what has been cleared or drawn over since do not come. */
export interface ClassifierEvents {
  progress(loaded: number, total: number): void;
  ready(ready: Ready): void;
  failed(failure: Failure): void;
  answer(answer: Answer): void;
  compared(comparison: Comparison): void;
}

export interface Classifier {
  open(model: ModelLink): void;
  /** Asks what a picture shows. `make` is called when the worker is free, and only for the newest question. */
  classify(make: () => Picture): void;
  /** Asks the server about the picture of an answer. */
  compare(id: number, endpoint: string): void;
  /** Drops what has been asked. */
  forget(): void;
}

/** Starts the worker. */
export function startClassifier(events: ClassifierEvents): Classifier {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  let latest = makeLatest();
  let ready = false;
  let id = 0;
  /** Answers up to this one are to what has been cleared. */
  let forgotten = 0;
  /** What was drawn before the model was there. */
  let early: (() => Picture) | undefined;

  function say(request: Request, transfer: Transferable[] = []): void {
    worker.postMessage(request, transfer);
  }

  function makeLatest() {
    return latestOnly((picture: Picture) => {
      id++;
      say({ type: 'classify', id, picture }, [picture.data.buffer as ArrayBuffer]);
    });
  }

  function classify(make: () => Picture): void {
    if (ready) latest.ask(make);
    else early = make;
  }

  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    switch (data.type) {
      case 'progress':
        events.progress(data.loaded, data.total);
        break;
      case 'ready':
        ready = true;
        latest = makeLatest();
        events.ready(data);
        if (early) classify(early);
        early = undefined;
        break;
      case 'failed':
        ready = false;
        events.failed(data);
        break;
      case 'answer':
        latest.answered();
        if (data.id > forgotten) events.answer(data);
        break;
      case 'compared':
        if (data.id === id && data.id > forgotten) events.compared(data);
    }
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    const message = event.message || 'The script that runs the model did not load.';
    events.failed({ type: 'failed', reason: 'runtime', message });
  });

  return {
    open(model) {
      say({ type: 'open', model });
    },
    classify,
    compare(asked, endpoint) {
      if (asked === id) say({ type: 'compare', id: asked, endpoint });
    },
    forget() {
      forgotten = id;
      early = undefined;
      latest.cancel();
    },
  };
}
