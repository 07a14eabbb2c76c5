// Contender without HTTP: decodes, prepares and runs pictures in one process, as fast as it can.
// Arguments: model file, folder of pictures, how many there are, pictures in a run, and how to decode (exact or fast).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCard } from '../../../models/card.ts';
import { prepare } from '../../../models/image/prepare.ts';
import { readHeader, secureDecoders } from '../../../serve/decode/decode.ts';
import { defaultLimits } from '../../../serve/limits.ts';
import { openSession } from '../../../serve/sessions/session.ts';
import { contend } from '../support/contender.ts';

const [file = '', folder = '', count = '', batch = ''] = process.argv.slice(2);
const card = readCard(readFileSync(file));
const { shape, prepare: rule } = card.input;
const pictures = Array.from({ length: Number(count) }, (_, i) => readFileSync(join(folder, `${i}.bin`)));
const { run } = await openSession(file, card, 1);
secureDecoders();

let at = 0;
async function input(): Promise<Uint8Array> {
  const bytes = pictures[at++ % pictures.length];
  if (bytes === undefined) throw new Error(`there are no pictures in ${folder}`);
  const picture = await (await readHeader(bytes, defaultLimits.pixels)).decode();
  return prepare(picture, shape, rule);
}

await contend({}, async () => {
  const inputs: Uint8Array[] = [];
  while (inputs.length < Number(batch)) inputs.push(await input());
  return (await run(inputs)).length;
});
process.exit();
