// The camera: shows what it sees, frame by frame, until a picture is taken.
import { messageOf } from '../../../models/errors.ts';

export interface Camera {
  /**
   * Starts, unless it runs or starts already.
   *
   * @returns whether it runs: not when it was stopped while somebody was asked for permission.
   * @throws Error that says that there is no camera, or that it may not be used.
   */
  start(): Promise<boolean>;
  stop(): void;
  running(): boolean;
  /** Takes another of the device's cameras from now on; one that runs is changed at once. @throws as `start` does */
  use(id: string): Promise<boolean>;
  /** The track of the camera that runs. */
  track(): MediaStreamTrack | undefined;
}

export interface CameraEvents {
  /** Called for each frame of the camera. */
  frame(): void;
  /** The camera is gone: unplugged, or taken away by the browser's settings. */
  lost(): void;
}

/** Pixels that are asked of the camera: models see far fewer. */
const size = { width: { ideal: 640 }, height: { ideal: 480 } };

export function createCamera(video: HTMLVideoElement, { frame, lost }: CameraEvents): Camera {
  let stream: MediaStream | undefined;
  let starting: Promise<boolean> | undefined;
  /** At first that at the back, where there is one. */
  let which: MediaTrackConstraints = { facingMode: 'environment' };
  /** Counts calls of `stop`: a camera that comes later than one is not wanted any more. */
  let stops = 0;

  function next(): void {
    if (!stream) return;
    frame();
    video.requestVideoFrameCallback(next);
  }

  function stop(): void {
    stops++;
    starting = undefined;
    end(stream);
    stream = undefined;
    video.srcObject = null;
  }

  async function begin(): Promise<boolean> {
    const mine = stops;
    if (!navigator.mediaDevices) {
      throw new Error('The camera needs a secure page: https, or localhost.');
    }
    let opened: MediaStream | undefined;
    try {
      opened = await navigator.mediaDevices.getUserMedia({ video: { ...size, ...which } });
      if (mine !== stops) {
        end(opened);
        return false;
      }
      stream = video.srcObject = opened;
      for (const track of opened.getTracks())
        track.addEventListener('ended', () => {
          if (mine !== stops) return;
          stop();
          lost();
        });
      await video.play();
    } catch (error) {
      if (mine !== stops) return false;
      stop();
      throw new Error(wordsFor(error));
    }
    video.requestVideoFrameCallback(next);
    return true;
  }

  async function start(): Promise<boolean> {
    if (stream) return true;
    if (starting) return starting;
    const mine = begin().finally(() => {
      if (starting === mine) starting = undefined;
    });
    starting = mine;
    return mine;
  }

  return {
    start,
    stop,
    running: () => stream !== undefined,
    async use(id) {
      which = { deviceId: { exact: id } };
      if (!stream) return false;
      stop();
      return start();
    },
    track: () => stream?.getVideoTracks()[0],
  };
}

function end(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function wordsFor(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError') return 'The camera may not be used: allow it in the browser’s settings.';
  if (name === 'NotFoundError') return 'This device has no camera that the browser can use.';
  if (name === 'NotReadableError') return 'The camera does not start: another program may be using it.';
  return `The camera does not start: ${messageOf(error)}`;
}
