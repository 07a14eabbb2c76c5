// The page in a frame of another page, by "?embed=1" in its address: pad and answer alone, and a link to the whole page.
import { element } from './elements.ts';

export interface Embed {
  /** Whether the address asks for it; else the page is as always. */
  readonly on: boolean;
  /** The state in the page's address has changed: the link to the whole page takes it along. */
  follow(): void;
}

export function createEmbed(): Embed {
  const on = new URLSearchParams(location.search).get('embed') === '1';
  const whole = element('whole', HTMLAnchorElement);
  document.body.classList.toggle('embedded', on);
  whole.hidden = !on;
  return {
    on,
    follow() {
      if (on) whole.href = `./${location.hash}`;
    },
  };
}
