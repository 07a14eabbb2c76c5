// Contender without HTTP: decodes, prepares and runs pictures in one process, as fast as it can.
// Arguments: model file, folder of pictures, how many there are, pictures in a run, and how to decode (exact or fast).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCard } from '../../../models/card.ts';
import { checkHeader, isPlain } from '../../../serve/decode/header.ts';
import { createPrepareInput } from '../../../serve/sessions/prepare-input.ts';
import { openModelSession } from '../../../serve/sessions/session.ts';
import { contend } from '../support/contender.ts';

const [file = '', folder = '', count = '', batch = '', decode = 'exact'] = process.argv.slice(2);
const card = readCard(readFileSync(file));
const { shape, prepare: rule } = card.input;
const pictures = Array.from({ length: Number(count) }, (_, i) => readFileSync(join(folder, `${i}.bin`)));
const { run } = await openModelSession(file, card, { threads: 1, device: 'cpu' });
const make = createPrepareInput({ fast: decode === 'fast' });
const size = shape[0] * shape[1] * shape[2];
const inputs = new Uint8Array(Number(batch) * size);

let at = 0;
function input(): Uint8Array {
  const bytes = pictures[at++ % pictures.length];
  if (bytes === undefined) throw new Error(`there are no pictures in ${folder}`);
  const header = checkHeader(bytes, { pixels: 1e9, jpegs: true });
  if (!isPlain(header, true)) throw new Error(`picture ${at} of ${folder} is not a plain JPEG or PNG`);
  return make({ kind: 'encoded', bytes, header }, shape, rule).data;
}

await contend({}, async () => {
  for (let i = 0; i < Number(batch); i++) inputs.set(input(), i * size);
  await run(inputs, Number(batch));
  return Number(batch);
});
process.exit();
