// The switch "What mattered?": while it is on and the picture rests, the page shows what mattered for the answer.
import type { Model, Picture } from '../../component/index.ts';

export interface ExplainSwitch {
  /** Explains the picture of the moment, if the switch is on. */
  explain(): Promise<void>;
  /** The picture is another one, or there is none: what is shown of the one before goes. */
  changed(possible: boolean): void;
}

export interface ExplainOptions<Subject, Found> {
  readonly button: HTMLButtonElement;
  /** The picture of the moment and the model that answered it. */
  readonly subject: () => Subject | undefined;
  readonly find: (subject: Subject, signal: AbortSignal) => Promise<Found>;
  /** Shows what was found; undefined hides it. */
  readonly show: (found: Found | undefined) => void;
  readonly switched: (on: boolean) => void;
}

export function createExplainSwitch<
  Subject extends { readonly model: Model; readonly picture: Picture },
  Found,
>({ button, subject, find, show, switched }: ExplainOptions<Subject, Found>): ExplainSwitch {
  let on = false;
  /** Ends the search that is going on: it keeps the model from answering what is drawn next. */
  let stopping = new AbortController();

  function stop(): void {
    stopping.abort();
    show(undefined);
  }

  async function explain(): Promise<void> {
    stop();
    const asked = subject();
    if (!on || !asked) return;
    stopping = new AbortController();
    const { signal } = stopping;
    const found = await find(asked, signal).catch(() => undefined);
    const now = subject();
    if (!signal.aborted && now?.model === asked.model && now.picture === asked.picture) show(found);
  }

  button.addEventListener('click', () => {
    on = !on;
    button.setAttribute('aria-pressed', String(on));
    switched(on);
    void explain();
  });
  return {
    explain,
    changed(possible) {
      stop();
      button.disabled = !possible;
    },
  };
}
