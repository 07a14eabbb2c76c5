// The switch "Layers": while it is on, the layers follow what is drawn, and when it rests, which maps spoke for the answer.
import { messageOf } from '../../../models/errors.ts';
import type { Layers, Picture } from '../../component/index.ts';
import type { AnyModel } from '../said.ts';
import { latestOnly } from '../shell/latest.ts';

/** Milliseconds from one look inside to the next: each keeps the model from answering the pen. */
const PACE = 60;

/** Maps of each layer for which it is found out what the answer is without them. */
const CONTRIBUTIONS = 64;
const OF_WIDE = 16;
/** From this many parameters on a run takes long, and only few maps are tried. */
const WIDE = 500_000;

export interface LayersSwitch {
  isOn(): boolean;
  set(on: boolean): void;
  /** The picture of the moment has a new answer: its layers come in idle time, of the latest alone. */
  changed(): void;
  /** It stays as it is for now: what each map contributes. */
  rested(): void;
  /** There is no picture. */
  empty(): void;
}

export interface LayersOptions {
  readonly button: HTMLButtonElement;
  /** The picture of the moment and the model that answered it. */
  readonly subject: () => { readonly model: AnyModel; readonly picture: Picture } | undefined;
  readonly show: (inside: Layers | undefined) => void;
  readonly say: (words: string) => void;
  /** Called when it was switched by hand. */
  readonly switched: () => void;
  /** Resolves when the page has nothing else to do. */
  readonly idle?: () => Promise<void>;
}

export function createLayersSwitch({
  button,
  subject,
  show,
  say,
  switched,
  idle = whenIdle,
}: LayersOptions): LayersSwitch {
  let on = false;
  const queue = latestOnly();
  /** Ends the search for contributions, which keeps the model from answering what is drawn next. */
  let stopping = new AbortController();

  async function look(contributions: number, signal: AbortSignal): Promise<void> {
    const asked = subject();
    if (!on || !asked) return;
    const isLatest = () => {
      const now = subject();
      return on && !signal.aborted && now?.model === asked.model;
    };
    try {
      const inside = await asked.model.layers(asked.picture, { contributions, signal });
      if (!isLatest()) return;
      if (inside.layers.length > 0) show(inside);
      else say('This network has no convolutions or poolings, whose maps could be shown.');
    } catch (error) {
      if (isLatest()) say(messageOf(error));
    }
  }

  function changed(): void {
    stopping.abort();
    stopping = new AbortController();
    if (!on) return;
    queue.ask(async () => {
      await idle();
      await look(0, new AbortController().signal);
    });
  }

  function rested(): void {
    stopping.abort();
    stopping = new AbortController();
    if (!on || !subject()) return;
    const { signal } = stopping;
    const parameters = subject()?.model.card.architecture.parameters ?? 0;
    queue.ask(() => look(parameters < WIDE ? CONTRIBUTIONS : OF_WIDE, signal));
  }

  function empty(): void {
    stopping.abort();
    queue.cancel();
    if (on) say('The layers of what you draw or show come here.');
    else say('');
  }

  function set(next: boolean): void {
    on = next;
    button.setAttribute('aria-pressed', String(on));
    if (on && subject()) {
      changed();
      rested();
    } else empty();
  }

  button.addEventListener('click', () => {
    set(!on);
    switched();
  });
  return { isOn: () => on, set, changed, rested, empty };
}

/** Answers come first: the next look waits for its pace, and then until the browser has nothing else to do. */
function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => {
      if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: 2 * PACE });
      else resolve();
    }, PACE);
  });
}
