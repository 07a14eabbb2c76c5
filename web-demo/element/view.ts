// What the custom element shows, in a shadow root: what is given to it, and nothing that it fetches itself.
import type { PictureSource, Prediction } from '../component/types.ts';
import { style } from './style.ts';

/** Longest side of the picture that is shown, in CSS pixels. */
const longest = 240;

export interface View {
  /** From 0 to 1; undefined hides it. */
  progress(part: number | undefined): void;
  /** What assistive technology reads too. */
  message(text: string): void;
  /** Shows it in place of the one before; what is only an address, or pixels, is not shown. */
  picture(source: PictureSource | undefined): Promise<void>;
  answers(predictions: readonly Prediction[]): void;
}

/**
 * Fills a shadow root.
 *
 * @param chosen - is called with a file that was chosen or dropped.
 */
export function createView(root: ShadowRoot, chosen: (file: Blob) => void): View {
  // Not an element: a page's Content-Security-Policy may forbid those.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];

  const box = part('div', 'box');
  const prompt = part('label', 'prompt');
  const input = part('input', 'input');
  const picture = part('canvas', 'picture');
  const progress = part('progress', 'progress');
  const message = part('p', 'message');
  const answers = part('ol', 'answers');
  const words = document.createElement('slot');
  words.textContent = 'Choose a picture, or drop one here';
  input.type = 'file';
  input.accept = 'image/*';
  picture.setAttribute('role', 'img');
  picture.ariaLabel = 'The picture';
  picture.hidden = true;
  progress.ariaLabel = 'Loading the model';
  progress.hidden = true;
  message.setAttribute('role', 'status');
  answers.ariaLabel = 'Answers';
  answers.hidden = true;
  prompt.append(words, input);
  box.append(prompt, picture, progress, message, answers);
  root.append(box);

  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file) chosen(file);
    input.value = ''; // so that the same file can be chosen again
  });
  listenToDrops(box, chosen);
  /** Number of the latest picture: one that takes longer to decode does not take its place. */
  let latest = 0;

  return {
    progress(part) {
      progress.hidden = part === undefined;
      progress.value = part ?? 0;
    },
    message(text) {
      message.textContent = text;
    },
    async picture(source) {
      const mine = ++latest;
      const bitmap = await bitmapOf(source);
      if (mine !== latest) return bitmap?.close();
      picture.hidden = bitmap === undefined;
      if (bitmap === undefined) return; // the model's answer says what is wrong with it
      const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
      picture.width = Math.max(1, Math.round(bitmap.width * scale));
      picture.height = Math.max(1, Math.round(bitmap.height * scale));
      picture.getContext('2d')?.drawImage(bitmap, 0, 0, picture.width, picture.height);
      bitmap.close();
    },
    answers(predictions) {
      answers.hidden = predictions.length === 0;
      answers.replaceChildren(...predictions.map(row));
    },
  };
}

async function bitmapOf(source: PictureSource | undefined): Promise<ImageBitmap | undefined> {
  if (typeof source !== 'object' || source instanceof URL || 'channels' in source) return undefined;
  return createImageBitmap(source).catch(() => undefined);
}

/** One prediction. The bar says nothing that the number does not. */
function row({ label, probability }: Prediction): HTMLElement {
  const item = part('li', 'answer');
  const name = part('span', 'label');
  const bar = part('span', 'bar');
  const number = part('span', 'probability');
  const filled = document.createElement('span');
  name.textContent = label;
  bar.ariaHidden = 'true';
  filled.style.width = `${100 * probability}%`;
  bar.append(filled);
  number.textContent = percent(probability);
  item.append(name, bar, number);
  return item;
}

/** With one decimal, since 99.96 % is not certainty: it rounds to 100.0 %. */
export function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}

function listenToDrops(box: HTMLElement, chosen: (file: Blob) => void): void {
  const over = (event: DragEvent, is: boolean) => {
    event.preventDefault();
    box.classList.toggle('over', is);
  };
  box.addEventListener('dragover', (event) => over(event, true));
  box.addEventListener('dragleave', (event) => over(event, false));
  box.addEventListener('drop', (event) => {
    over(event, false);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) chosen(file);
  });
}

function part<K extends keyof HTMLElementTagNameMap>(tag: K, name: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.setAttribute('part', name);
  return element;
}
