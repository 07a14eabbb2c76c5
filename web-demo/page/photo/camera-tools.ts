// Beside a camera that runs: which of the device's cameras it is, and its light.
import { messageOf } from '../../../models/errors.ts';
import type { Camera } from './camera.ts';

export interface CameraTools {
  /** Shows what the running camera offers; hides all when none runs. */
  refresh(): Promise<void>;
}

/**
 * @param select - of the device's cameras; hidden where there is one alone.
 * @param light - switches the light; hidden where there is none.
 * @param failed - called with what is wrong with another camera, or with its light.
 */
export function createCameraTools(
  camera: Camera,
  select: HTMLSelectElement,
  light: HTMLButtonElement,
  failed: (message: string) => void,
): CameraTools {
  async function refresh(): Promise<void> {
    const track = camera.track();
    light.hidden = !track || !hasLight(track);
    light.setAttribute('aria-pressed', 'false'); // each camera begins without it
    if (!track) {
      select.hidden = true;
      return;
    }
    const cameras = (await listDevices()).filter(({ kind }) => kind === 'videoinput');
    if (camera.track() !== track) return;
    const { deviceId } = track.getSettings();
    select.hidden = cameras.length < 2;
    select.replaceChildren(
      ...cameras.map(
        ({ deviceId: id, label }, i) => new Option(label || `Camera ${i + 1}`, id, false, id === deviceId),
      ),
    );
  }

  select.addEventListener('change', async () => {
    try {
      await camera.use(select.value);
    } catch (error) {
      failed(messageOf(error));
    }
    await refresh();
  });
  light.addEventListener('click', async () => {
    const on = light.getAttribute('aria-pressed') !== 'true';
    const wanted: MediaTrackConstraintSet & { torch: boolean } = { torch: on };
    try {
      await camera.track()?.applyConstraints({ advanced: [wanted] });
      light.setAttribute('aria-pressed', String(on));
    } catch (error) {
      failed(`The light does not switch: ${messageOf(error)}`);
    }
  });
  return { refresh };
}

/** Their names are known once one of them was allowed. */
async function listDevices(): Promise<MediaDeviceInfo[]> {
  return navigator.mediaDevices.enumerateDevices().catch(() => []);
}

/** Reference: https://www.w3.org/TR/image-capture/#dom-mediatrackcapabilities-torch. Firefox has no capabilities. */
function hasLight(track: MediaStreamTrack): boolean {
  const capabilities = track.getCapabilities?.() ?? {};
  return 'torch' in capabilities && capabilities.torch === true;
}
