// The switch "What mattered?": while it is on and the picture rests, the page shows what mattered for the answer.
import type { Picture } from '../../component/index.ts';
import type { AnyModel } from '../said.ts';

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
  /** The search takes longer than one waits without a word. */
  readonly slow: () => void;
  readonly switched: (on: boolean) => void;
  /** Whether one picture follows the other, as of a camera: what was found of one stays until the next is explained. */
  readonly live: () => boolean;
}

/** Milliseconds. Reference: Nielsen, "Usability Engineering", 1993: one notices more than 0.1 s, and wonders from 1 s on. */
const SLOW = 500;

interface Explained {
  readonly model: AnyModel;
  readonly picture: Picture;
}

export function createExplainSwitch<Subject extends Explained, Found>({
  button,
  subject,
  find,
  show,
  slow,
  switched,
  live,
}: ExplainOptions<Subject, Found>): ExplainSwitch {
  let on = false;
  /** Ends the search that is going on: it keeps the model from answering what is drawn next. */
  let stopping = new AbortController();

  /** What is being searched for, or shown: it is not searched for again. */
  let known: Subject | undefined;
  let following = false;

  function stop(): void {
    stopping.abort();
    known = undefined;
    show(undefined);
  }

  async function explain(): Promise<void> {
    const asked = subject();
    if (on && asked && isSame(asked, known)) return;
    stop();
    if (!on || !asked) return;
    known = asked;
    stopping = new AbortController();
    const { signal } = stopping;
    const late = setTimeout(slow, SLOW);
    signal.addEventListener('abort', () => clearTimeout(late));
    const found = await find(asked, signal).catch(() => undefined);
    clearTimeout(late);
    if (signal.aborted || !isSame(asked, subject())) return;
    if (found === undefined) known = undefined;
    show(found);
  }

  /** Explains the newest picture, unless one is being explained. */
  async function follow(asked: Subject | undefined): Promise<void> {
    if (!on || !asked || following) return;
    following = true;
    stopping = new AbortController();
    const { signal } = stopping;
    const found = await find(asked, signal).catch(() => undefined);
    following = false;
    if (!signal.aborted && live() && subject()?.model === asked.model) show(found);
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
      button.disabled = !possible;
      if (possible && live()) return void follow(subject());
      stop();
    },
  };
}

function isSame(one: Explained, other: Explained | undefined): boolean {
  return one.model === other?.model && one.picture === other.picture;
}
