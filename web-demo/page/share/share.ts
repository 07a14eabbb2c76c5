// The button "Share" on both sides of the page. What it opens is fetched when it is pressed.
import { messageOf } from '../../../models/errors.ts';
import type { Drawing } from '../draw/strokes.ts';
import { entryKey } from '../models/catalog.ts';
import type { Loaded } from '../models/open-models.ts';
import { element } from '../shell/elements.ts';
import type { Shared } from './dialog.ts';
import type { LinkState } from './words.ts';

/** What the page shows at the moment. */
export interface Moment extends Pick<LinkState, 'tooLong' | 'shows'> {
  readonly loaded: Loaded | undefined;
  /** Whether there is an answer. */
  readonly answered: boolean;
  /** The pad, or the frame of photos. */
  readonly sheet: HTMLElement;
  readonly drawing: Drawing;
}

/**
 * @param moment - called when the button is pressed; it also writes the state of the page into its address.
 * @param failed - called with what is wrong when the dialog cannot be shown.
 */
export function createShare(moment: () => Moment, failed: (message: string) => void): void {
  async function open(): Promise<void> {
    try {
      const { openShareDialog } = await import('./dialog.ts');
      await openShareDialog(sharedOf(moment()));
    } catch (error) {
      failed(`This cannot be shared: ${messageOf(error)}`);
    }
  }
  for (const id of ['share', 'share-photo'])
    element(id, HTMLButtonElement).addEventListener('click', () => void open());
}

function sharedOf({ tooLong, shows, loaded, answered, sheet, drawing }: Moment): Shared {
  const file = loaded && typeof loaded.entry.source !== 'string' ? loaded.entry.name : undefined;
  const onPad = shows === 'drawing' ? drawing : undefined;
  const card = loaded && answered ? { sheet, drawing: onPad, model: entryKey(loaded.entry) } : undefined;
  return { link: { tooLong, shows, file }, card };
}
