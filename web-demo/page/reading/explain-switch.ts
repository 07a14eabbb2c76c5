// The switch "What mattered?": while it is on, the page shows which pixels mattered for the answer.
import type { Explanation, Model, Picture } from '../../component/index.ts';

export interface ExplainSwitch {
  /** Explains the picture of the moment, if the switch is on. */
  explain(): Promise<void>;
  /** Whether there is a picture to explain. */
  enable(possible: boolean): void;
}

/**
 * @param subject - the picture of the moment and the model that answered it.
 * @param show - shows an explanation; undefined hides it.
 */
export function createExplainSwitch(
  button: HTMLButtonElement,
  subject: () => { readonly model: Model; readonly picture: Picture } | undefined,
  show: (explanation: Explanation | undefined) => void,
): ExplainSwitch {
  let on = false;
  /** Ends the explanation that is being made: it keeps the model from answering what is drawn next. */
  let stopping = new AbortController();

  async function explain(): Promise<void> {
    stopping.abort();
    const asked = subject();
    if (!on || !asked) return;
    stopping = new AbortController();
    const { signal } = stopping;
    const explanation = await asked.model.explain(asked.picture, { signal }).catch(() => undefined);
    const now = subject();
    if (!signal.aborted && now?.model === asked.model && now.picture === asked.picture) show(explanation);
  }

  button.addEventListener('click', () => {
    on = !on;
    button.setAttribute('aria-pressed', String(on));
    if (on) return void explain();
    stopping.abort();
    show(undefined);
  });
  return {
    explain,
    enable(possible) {
      if (!possible) stopping.abort();
      button.disabled = !possible;
    },
  };
}
