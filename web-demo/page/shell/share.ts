// The button that copies the page's address, which holds the drawing.
import { byId, element, setText } from './elements.ts';

export interface Share {
  /** Removes the note about the copied link: the drawing has changed. */
  clear(): void;
}

/** @param link - writes the state of the page into its address. */
export function createShare(link: () => void): Share {
  element('share', HTMLButtonElement).addEventListener('click', async () => {
    link();
    const copied = await navigator.clipboard?.writeText(location.href).then(
      () => true,
      () => false,
    );
    byId('live').textContent = byId('shared').textContent = copied
      ? 'The link is copied.'
      : 'Copy the link from the address bar.';
  });
  return { clear: () => setText(byId('shared'), '') };
}
