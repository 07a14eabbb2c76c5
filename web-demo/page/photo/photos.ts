// The photo side of the page: a picture from a file, the clipboard, the camera or the test pictures, shown in a frame.
import { messageOf } from '../../../models/errors.ts';
import type { Card } from '../../component/index.ts';
import { fetchTestPictures } from '../compare/test-pictures.ts';
import { byId, element } from '../shell/elements.ts';
import { createCamera } from './camera.ts';
import { createCameraTools } from './camera-tools.ts';
import { listenToInput } from './files.ts';
import { type Photo, photoFrom, photoOf, readPhoto } from './photo.ts';

export interface PhotosView {
  /** Reads and shows a file. */
  take(file: Blob): Promise<void>;
  /** Offers test pictures of the data set that a model was tested on. */
  offer(card: Card): void;
  present(): Photo | undefined;
  /** Whether the camera shows one picture after the other. */
  live(): boolean;
  /** Ends the camera, when another side of the page comes up. */
  leave(): void;
}

/** Test pictures that are offered. */
const samples = 8;

/**
 * Connects the frame and its tools.
 *
 * @param changed - called with each picture, undefined when it is removed.
 * @param refused - called with what is wrong with a file or the camera.
 */
export function createPhotos(
  changed: (photo: Photo | undefined) => void,
  refused: (message: string) => void,
): PhotosView {
  const frame = byId('frame');
  const canvas = element('photograph', HTMLCanvasElement);
  const video = element('video', HTMLVideoElement);
  const strip = byId('samples');
  const cameraButton = element('camera', HTMLButtonElement);
  const clearButton = element('clear-photo', HTMLButtonElement);
  const camera = createCamera(video, {
    frame: () => void lookThroughCamera(),
    lost() {
      showCamera(false);
      refused('The camera is gone: it was unplugged, or this page may not use it any more.');
    },
  });
  const tools = createCameraTools(
    camera,
    element('cameras', HTMLSelectElement),
    element('light', HTMLButtonElement),
    refuseCamera,
  );
  let photo: Photo | undefined;
  let looking = false;
  let offered: string | undefined;

  function show(next: Photo | undefined): void {
    if (photo !== next) photo?.bitmap.close();
    photo = next;
    clearButton.disabled = next === undefined && !camera.running();
    frame.classList.toggle('filled', next !== undefined || camera.running());
    if (next) paint(canvas, next.bitmap);
    canvas.hidden = next === undefined;
    changed(next);
  }

  async function attempt(read: () => Promise<Photo>): Promise<void> {
    try {
      const next = await read();
      stopCamera();
      show(next);
    } catch (error) {
      refused(messageOf(error));
    }
  }

  /** One frame at a time: while one is read, others pass by. */
  async function lookThroughCamera(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      const next = await photoOf(await createImageBitmap(video));
      if (camera.running()) show(next);
    } catch {
      // The camera was stopped in between.
    } finally {
      looking = false;
    }
  }

  function refuseCamera(message: string): void {
    showCamera(camera.running());
    refused(message);
  }

  function showCamera(running: boolean): void {
    void tools.refresh();
    byId('photo').classList.toggle('looking', running);
    cameraButton.textContent = running ? 'Take picture' : 'Camera';
    clearButton.disabled = !running && photo === undefined;
    frame.classList.toggle('filled', running || photo !== undefined);
  }

  function stopCamera(): void {
    camera.stop();
    showCamera(false);
  }

  cameraButton.addEventListener('click', async () => {
    if (camera.running()) return stopCamera(); // what it saw last stays
    try {
      if (await camera.start()) showCamera(true);
    } catch (error) {
      refused(messageOf(error));
    }
  });
  clearButton.addEventListener('click', () => {
    stopCamera();
    show(undefined);
  });
  listenToInput(element('file', HTMLInputElement), (file) => void attempt(() => readPhoto(file)));

  async function fillStrip(card: Card): Promise<void> {
    const test = await fetchTestPictures(card).catch(() => undefined);
    if (offered !== card.name) return;
    strip.hidden = test === undefined;
    if (!test) return;
    const buttons = test.pictures.slice(0, samples).map(async (picture, i) => {
      const button = document.createElement('button');
      const small = document.createElement('canvas');
      const { bitmap } = await photoFrom(picture);
      paint(small, bitmap);
      button.type = 'button';
      button.setAttribute('aria-label', `Test picture ${i + 1}: ${card.labels[test.labels[i] ?? -1] ?? ''}`);
      button.append(small);
      button.addEventListener('click', () => void attempt(() => photoFrom(picture)));
      return button;
    });
    strip.replaceChildren(...(await Promise.all(buttons)));
  }

  return {
    take: (file) => attempt(() => readPhoto(file)),
    offer(card) {
      if (offered === card.name) return;
      offered = card.name;
      strip.hidden = true;
      void fillStrip(card);
    },
    present: () => photo,
    live: camera.running,
    leave: stopCamera,
  };
}

/** Shows a bitmap pixel for pixel; the style sheet fits the canvas into its box. */
function paint(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.dataset.small = String(Math.max(bitmap.width, bitmap.height) <= 64);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
}
