// What was taught becomes a model file: downloaded, or sent to the server that the page came from.
import { byId, element } from '../../page/shell/elements.ts';
import { hand } from '../../page/shell/hand.ts';
import { sendModel, takesModels } from './send.ts';
import type { Status } from './status.ts';

export interface Keeping {
  /** Whether there is something to be kept. */
  enable(possible: boolean): void;
  /** The name that was given, as a model may be called. */
  name(): string;
  /** Puts another name in its place. */
  rename(name: string): void;
}

export interface KeepingOptions {
  /** Makes the file of what was taught last. */
  readonly make: (name: string) => Promise<Blob>;
  readonly status: Status;
  /** Does work, and says what is wrong. */
  readonly attempt: (work: () => Promise<void>) => Promise<void>;
}

export function createKeeping({ make, status, attempt }: KeepingOptions): Keeping {
  const field = element('name', HTMLInputElement);
  const key = element('key', HTMLInputElement);
  const buttons = [element('download', HTMLButtonElement), element('send', HTMLButtonElement)] as const;
  const [download, send] = buttons;

  function name(): string {
    const plain = field.value.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|-+$/g, '');
    return plain === '' ? 'taught' : plain;
  }

  async function made(): Promise<Blob> {
    status.say('Making the model file…');
    return make(name());
  }

  download.addEventListener(
    'click',
    () =>
      void attempt(async () => {
        const file = `${name()}.onnx`;
        hand(await made(), file);
        status.say(`${file} is made: it answers as this page does.`);
      }),
  );
  send.addEventListener(
    'click',
    () =>
      void attempt(async () => {
        const file = await made();
        status.say('Sending it…');
        status.say(await sendModel(file, name(), key.value.trim()));
      }),
  );
  void takesModels().then((takes) => {
    byId('sending').hidden = !takes;
  });
  return {
    enable(possible) {
      for (const each of buttons) each.disabled = !possible;
    },
    name,
    rename(next) {
      field.value = next;
    },
  };
}
