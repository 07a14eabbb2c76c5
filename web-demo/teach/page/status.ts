// What the page is doing, and what is wrong: one line, and a bar for downloads.

export interface Status {
  say(words: string): void;
  /** Says what is wrong; it stands until something else is said or done. */
  refuse(message: string): void;
  progress(loaded: number, total: number): void;
  busy(): boolean;
  /** Does work while the page counts as busy, one after another; `changed` is called when it begins. */
  during(work: () => Promise<void>, changed: () => void): Promise<void>;
}

export function createStatus(line: HTMLElement, bar: HTMLProgressElement): Status {
  let working = 0;
  let last: Promise<unknown> = Promise.resolve();

  function say(words: string, wrong: boolean): void {
    line.textContent = words;
    line.classList.toggle('wrong', wrong);
  }

  return {
    say: (words) => say(words, false),
    refuse: (message) => say(message, true),
    progress(loaded, total) {
      bar.hidden = loaded >= total;
      if (total > 0) bar.value = loaded / total;
    },
    busy: () => working > 0,
    async during(work, changed) {
      if (line.classList.contains('wrong')) say('', false);
      working++;
      changed();
      const mine = last.then(work);
      last = mine.catch(() => {}); // whoever asked for it is told
      try {
        await mine;
      } finally {
        working--;
        bar.hidden = true;
      }
    },
  };
}
