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

  async function explain(): Promise<void> {
    const asked = subject();
    if (!on || !asked) return;
    const explanation = await asked.model.explain(asked.picture).catch(() => undefined);
    const now = subject();
    if (on && now?.model === asked.model && now.picture === asked.picture) show(explanation);
  }

  button.addEventListener('click', () => {
    on = !on;
    button.setAttribute('aria-pressed', String(on));
    if (on) void explain();
    else show(undefined);
  });
  return {
    explain,
    enable(possible) {
      button.disabled = !possible;
    },
  };
}
