// Attacks by containers: pictures with everything that may stand around their data, right, odd and damaged, from the corpus
// with which the readers are compared; whole, cut, and with bytes changed.
import fc from 'fast-check';
import { bmps } from '../../models/image/corpus/bmps.ts';
import { gifs } from '../../models/image/corpus/gifs.ts';
import { type CorpusFile, jpegParts, jpegs } from '../../models/image/corpus/jpegs.ts';
import { pngs } from '../../models/image/corpus/pngs.ts';
import { tiffs } from '../../models/image/corpus/tiffs.ts';
import { webps } from '../../models/image/corpus/webps.ts';
import { type Family, pick, post, whole } from './attack.ts';
import { damage } from './pictures.ts';

/** Made once, with the tools that write JPEGs. */
let corpus: Promise<readonly fc.Arbitrary<CorpusFile>[]> | undefined;

async function openCorpus(): Promise<readonly fc.Arbitrary<CorpusFile>[]> {
  return [jpegs(jpegParts()), pngs, gifs, bmps, await webps(), await tiffs()];
}

export const containers: Family = async (next) => {
  corpus ??= openCorpus();
  const files = pick(next, await corpus);
  const [file] = fc.sample(files, { numRuns: 1, seed: whole(next, 0, 1e9) });
  if (file === undefined) throw new Error('the corpus is empty');
  const { what, bytes } = file;
  const kind = `container ${what}`;
  if (next() < 0.5) return post(kind, '/classify', bytes);
  if (next() < 0.5) return post(`${kind}, damaged`, '/classify', damage(bytes, next));
  return post(`${kind}, cut off`, '/classify', bytes.subarray(0, whole(next, 1, bytes.length - 1)));
};
