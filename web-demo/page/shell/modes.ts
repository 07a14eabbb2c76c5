// The two sides of the page, drawing and photos: one is shown at a time.
import type { Mode } from './address.ts';
import { byId, element } from './elements.ts';

const titles: Record<Mode, readonly [title: string, lede: string]> = {
  draw: ['Draw a digit', 'A neural network reads it as you draw. Several in a row are a number.'],
  photo: ['Show it a picture', 'Drop one anywhere, paste one, or point the camera.'],
};

/** @param choose - called with the side that was chosen. */
export function createModes(choose: (mode: Mode) => void): (mode: Mode) => void {
  const buttons = {
    draw: element('mode-draw', HTMLButtonElement),
    photo: element('mode-photo', HTMLButtonElement),
  };
  for (const mode of ['draw', 'photo'] as const) {
    buttons[mode].addEventListener('click', () => choose(mode));
  }
  return (mode) => {
    for (const each of ['draw', 'photo'] as const) {
      buttons[each].setAttribute('aria-pressed', String(each === mode));
      byId(each).hidden = each !== mode;
    }
    byId('correction').hidden = mode !== 'draw';
    const [title, lede] = titles[mode];
    byId('title').textContent = title;
    byId('lede').textContent = lede;
    document.title = `${title} – Trainyard`;
  };
}
