// The camera: shows what it sees, frame by frame, until a picture is taken.
import { messageOf } from '../../../models/errors.ts';

export interface Camera {
  /** @throws Error that says that there is no camera, or that it may not be used. */
  start(): Promise<void>;
  stop(): void;
  running(): boolean;
}

/** Pixels that are asked of the camera: models see far fewer. */
const wanted = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: 'environment' };

/** @param frame - called for each frame of the camera. */
export function createCamera(video: HTMLVideoElement, frame: () => void): Camera {
  let stream: MediaStream | undefined;

  function next(): void {
    if (!stream) return;
    frame();
    video.requestVideoFrameCallback(next);
  }

  return {
    async start() {
      if (!navigator.mediaDevices) {
        throw new Error('The camera needs a secure page: https, or localhost.');
      }
      stream = await navigator.mediaDevices.getUserMedia({ video: wanted }).catch((error) => {
        throw new Error(wordsFor(error));
      });
      video.srcObject = stream;
      await video.play();
      video.requestVideoFrameCallback(next);
    },
    stop() {
      for (const track of stream?.getTracks() ?? []) track.stop();
      stream = undefined;
      video.srcObject = null;
    },
    running: () => stream !== undefined,
  };
}

function wordsFor(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError') return 'The camera may not be used: allow it in the browser’s settings.';
  if (name === 'NotFoundError') return 'This device has no camera that the browser can use.';
  return `The camera does not start: ${messageOf(error)}`;
}
