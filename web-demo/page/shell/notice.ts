// What the page says while there is no model, or when there is none. Drawing works all the time.

/** A state without a model. */
export type Trouble =
  | { readonly kind: 'no-model' }
  | { readonly kind: 'no-list' | 'bad-list' | 'fetch' | 'model' | 'runtime'; readonly message: string };

export interface NoticeView {
  /** A model is being looked for or loaded. */
  loading(): void;
  /** How many bytes are loaded, of how many. */
  progress(loaded: number, total: number): void;
  trouble(trouble: Trouble): void;
  clear(): void;
}

const texts: Record<Trouble['kind'], { title: string; text: string; command?: string }> = {
  'no-model': {
    title: 'No model here yet',
    text: 'Train one; it takes a few minutes. Then look again.',
    command: 'npx trainyard start',
  },
  'no-list': {
    title: 'The server does not answer',
    text: 'Start it, then try again.',
    command: 'npx trainyard serve',
  },
  'bad-list': {
    title: 'The list of models cannot be read',
    text: 'Mend it, then try again. What is wrong:',
  },
  fetch: { title: 'The model did not load', text: 'You can continue to draw, and try again.' },
  model: { title: 'The model did not load', text: 'Choose another below.' },
  runtime: {
    title: 'This browser cannot run the model this way',
    text: 'It needs WebAssembly with SIMD, which all major browsers have had since 2023, and memory. What is missing:',
  },
};

/** The elements that a notice consists of. */
export interface NoticeElements {
  readonly progress: HTMLProgressElement;
  readonly box: HTMLElement;
  readonly title: HTMLElement;
  readonly text: HTMLElement;
  readonly command: HTMLElement;
  readonly detail: HTMLElement;
}

/** Fills and hides the notice. */
export function createNotice({ progress, box, title, text, command, detail }: NoticeElements): NoticeView {
  return {
    loading() {
      box.hidden = true;
      progress.hidden = false;
      progress.removeAttribute('value');
    },
    progress(loaded, total) {
      if (total > 0) progress.value = loaded / total;
    },
    trouble(trouble) {
      const words = texts[trouble.kind];
      progress.hidden = true;
      title.textContent = words.title;
      text.textContent = words.text;
      command.textContent = words.command ?? '';
      command.hidden = words.command === undefined;
      detail.textContent = 'message' in trouble ? trouble.message : '';
      box.hidden = false;
    },
    clear() {
      progress.hidden = true;
      box.hidden = true;
    },
  };
}
