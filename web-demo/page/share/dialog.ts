// The dialog "Share": the link to what is drawn, and a picture of it with its answer, to be saved, copied or sent.
import { messageOf } from '../../../models/errors.ts';
import type { Drawing } from '../draw/strokes.ts';
import { byId, element } from '../shell/elements.ts';
import { hand } from '../shell/hand.ts';
import { type CardStyle, paintCard } from './card.ts';
import { paintSheet } from './sheet.ts';
import { takeSnapshot } from './snapshot.ts';
import { type LinkState, linkInWords } from './words.ts';

export interface Shared {
  readonly link: LinkState;
  /** What a picture is made of; undefined while there is no answer. */
  readonly card:
    | {
        /** The pad, or the frame of photos. */
        readonly sheet: HTMLElement;
        /** What is on the pad; undefined for a photo. */
        readonly drawing: Drawing | undefined;
        /** The model's name and version. */
        readonly model: string;
      }
    | undefined;
}

/** Shows the dialog, until it is closed. @throws Error when the browser makes no picture */
export async function openShareDialog({ link, card }: Shared): Promise<void> {
  const dialog = element('share-dialog', HTMLDialogElement);
  const canvas = element('card', HTMLCanvasElement);
  const buttons = {
    save: element('save-card', HTMLButtonElement),
    copy: element('copy-card', HTMLButtonElement),
    send: element('send-card', HTMLButtonElement),
    link: element('copy-link', HTMLButtonElement),
    close: element('close-share', HTMLButtonElement),
  };
  const said = byId('shared');
  const { usable, words } = linkInWords(link);
  const file = card && (await makeCard(canvas, card));
  byId('link-words').textContent = words;
  said.textContent = '';
  canvas.hidden = buttons.save.hidden = file === undefined;
  buttons.copy.hidden = !file || !('ClipboardItem' in globalThis) || navigator.clipboard === undefined;
  buttons.send.hidden = !file || navigator.canShare?.({ files: [file] }) !== true;
  buttons.link.hidden = !usable;

  /** Says what came of it. */
  const attempt = (work: () => string | Promise<string>) => async () => {
    try {
      said.textContent = await work();
    } catch (error) {
      said.textContent = `It did not work: ${messageOf(error)}`;
    }
  };
  if (file) {
    buttons.save.onclick = attempt(() => save(file));
    buttons.copy.onclick = attempt(() => copy(file));
    buttons.send.onclick = attempt(() => send(file));
  }
  buttons.link.onclick = attempt(copyLink);
  buttons.close.onclick = () => dialog.close();
  dialog.showModal();
}

async function makeCard(canvas: HTMLCanvasElement, card: NonNullable<Shared['card']>): Promise<File> {
  const { sheet, drawing, model } = card;
  const snapshot = takeSnapshot();
  const address = `${location.origin}${location.pathname.replace(/index\.html$/, '')}`;
  paintCard(
    canvas,
    {
      ...snapshot,
      model,
      address,
      paintSheet: (context, square) => paintSheet(context, sheet, drawing, square),
    },
    styleOfPage(),
  );
  canvas.setAttribute('aria-label', `The picture: ${snapshot.label}, ${snapshot.words}, by ${model}`);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('the browser makes no PNG of a canvas');
  const name = snapshot.label.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 40);
  return new File([blob], `trainyard-${name}.png`, { type: 'image/png' });
}

function save(file: File): string {
  hand(file, file.name);
  return 'The picture is saved.';
}

async function copy(file: File): Promise<string> {
  await navigator.clipboard.write([new ClipboardItem({ [file.type]: file })]);
  return 'The picture is copied.';
}

async function copyLink(): Promise<string> {
  const copied = await navigator.clipboard?.writeText(location.href).then(
    () => true,
    () => false,
  );
  return copied ? 'The link is copied.' : 'Copy the link from the address bar.';
}

async function send(file: File): Promise<string> {
  try {
    await navigator.share({ files: [file], title: document.title });
    return '';
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return ''; // somebody thought better of it
    throw error;
  }
}

function styleOfPage(): CardStyle {
  const style = getComputedStyle(document.body);
  return { family: style.fontFamily, color: (name) => style.getPropertyValue(`--${name}`) };
}
