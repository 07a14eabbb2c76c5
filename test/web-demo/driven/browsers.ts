// The browsers beside Chromium in which the page is tested, where this machine has them.
import { findFirefox, openFirefox } from './firefox.ts';
import type { Driven } from './webdriver.ts';
import { findWebKit, openWebKit } from './webkit.ts';

export interface OtherBrowser {
  readonly name: string;
  /** Undefined where it is not here. */
  readonly open: (() => Promise<Driven>) | undefined;
  /** What to say where it is not. */
  readonly missing: string;
}

const [firefox, webkit] = [findFirefox(), findWebKit()];

export const otherBrowsers: readonly OtherBrowser[] = [
  {
    name: 'Firefox',
    open: firefox ? () => openFirefox(firefox) : undefined,
    missing: 'Firefox is not here: Debian has it as firefox-esr',
  },
  {
    name: 'WebKit',
    open: webkit ? () => openWebKit(webkit) : undefined,
    missing: 'WebKit is not here: Debian has it as webkit2gtk-driver and xvfb',
  },
];
