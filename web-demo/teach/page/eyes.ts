// Where examples come from: the pad, or the camera, which records as long as a button is held.
import { messageOf } from '../../../models/errors.ts';
import { type Picture, readPicture } from '../../component/index.ts';
import { createCamera } from '../../page/photo/camera.ts';
import { createCameraTools } from '../../page/photo/camera-tools.ts';
import { byId, element } from '../../page/shell/elements.ts';
import { seenBy, snapshot } from './pictures.ts';

export interface Eyes {
  source(): 'pad' | 'camera';
  /** Begins or ends to record examples of a class. */
  record(key: number, on: boolean): void;
}

export interface EyesEvents {
  /** Each picture that the camera sees, when nothing is recorded. */
  frame(picture: Picture): void;
  recorded(key: number, file: Blob, recording: number): void;
  /** Another source is in use. */
  changed(): void;
  refused(message: string): void;
}

/** Milliseconds between two pictures of a recording. */
const EVERY = 125;

export function createEyes({ frame, recorded, changed, refused }: EyesEvents): Eyes {
  const video = element('video', HTMLVideoElement);
  const buttons = {
    pad: element('use-pad', HTMLButtonElement),
    camera: element('use-camera', HTMLButtonElement),
  };
  let source: 'pad' | 'camera' = 'pad';
  let recording: { readonly key: number; readonly timer: ReturnType<typeof setInterval> } | undefined;
  let recordings = 0;
  let looking = false;

  const camera = createCamera(video, {
    frame: () => void look(),
    lost() {
      end();
      refused('The camera is gone: it was unplugged, or this page may not use it any more.');
      use('pad');
    },
  });

  const tools = createCameraTools(
    camera,
    element('cameras', HTMLSelectElement),
    element('light', HTMLButtonElement),
    (message) => {
      refused(message);
      if (!camera.running()) use('pad');
    },
  );

  /** One frame at a time: while one is read, others pass by. */
  async function look(): Promise<void> {
    if (looking || recording) return;
    looking = true;
    try {
      frame(await readPicture(seenBy(video)));
    } catch {
      // The camera was stopped in between.
    } finally {
      looking = false;
    }
  }

  function use(next: 'pad' | 'camera'): void {
    source = next;
    byId('draw').hidden = next !== 'pad';
    byId('view').hidden = next !== 'camera';
    for (const each of ['pad', 'camera'] as const)
      buttons[each].setAttribute('aria-pressed', String(each === next));
    changed();
  }

  function end(): void {
    if (recording) clearInterval(recording.timer);
    recording = undefined;
    byId('view').classList.remove('recording');
  }

  buttons.pad.addEventListener('click', () => {
    end();
    camera.stop();
    use('pad');
  });
  buttons.camera.addEventListener('click', async () => {
    use('camera');
    try {
      if (await camera.start()) await tools.refresh();
    } catch (error) {
      refused(messageOf(error));
      use('pad');
    }
  });

  return {
    source: () => source,
    record(key, on) {
      end();
      if (!on || !camera.running() || video.videoWidth === 0) return;
      const number = ++recordings;
      const take = async () => recorded(key, await snapshot(seenBy(video)), number);
      byId('view').classList.add('recording');
      recording = { key, timer: setInterval(() => void take(), EVERY) };
      void take();
    },
  };
}
