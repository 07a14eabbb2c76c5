// Features: what a backbone computes from pictures, once; they are a data set of their own, on which a head is trained.
import type { Shape } from '../../models/image/shape.ts';
import { type Dataset, featureShape, imagesOf, type Split } from '../datasets/dataset.ts';
import { compile } from '../graph/compile.ts';
import { normsFolded } from '../graph/folded-norms.ts';
import { firstValues, runOnImages, traceImages } from '../graph/images.ts';
import { type State, writeKnown } from '../graph/state.ts';
import { type Standardize, standardized } from '../layers/forward.ts';
import { allParameters, type NetworkParts, netOf, type Parameters } from '../layers/net.ts';

/** Makes features of pictures. */
export interface Extractor {
  /** How many features a picture has. */
  readonly features: number;
  /** @param images - uint8 `[N,H,W,C]`. @returns float32 `[N,features]`. */
  extract(images: Uint8Array): Float32Array | Promise<Float32Array>;
  close(): void | Promise<void>;
}

/** The extractor that the first two parts of a network are. */
export function createExtractor(
  { maps, pool }: NetworkParts,
  parameters: Parameters,
  state: State,
  standardize: Standardize,
  shape: Shape,
): Extractor {
  const net = netOf(parameters, { training: false });
  const graph = normsFolded(
    traceImages(
      (images) => pool(maps(net, standardized(images, standardize))),
      shape,
      allParameters(parameters),
    ),
  );
  const compiled = compile({ extract: graph });
  writeKnown(compiled, state);
  const output = graph.nodes.find(({ name }) => `${name}:0` === graph.outputs[0])?.outputs[0];
  return {
    features: output?.shape[1] ?? 0,
    extract: (images) => runOnImages(compiled, 'extract', images, shape, firstValues),
    close: compiled.dispose,
  };
}

/** Pictures that go through a backbone at a time. */
const BATCH = 64;

/**
 * The features of what a data set is trained on and validated with, as bytes where its pictures were: `[N,1,1,4 * features]` uint8 in shared memory,
 * so that the loader shuffles them as it does pictures. 1,280 features take 5 kB a picture.
 */
export async function extractFeatures(dataset: Dataset, extractor: Extractor): Promise<Dataset> {
  const { test: _test, ...rest } = dataset;
  const [train, validation] = [
    await splitOf(dataset.train, extractor),
    await splitOf(dataset.validation, extractor),
  ];
  return { ...rest, shape: featureShape(extractor.features), train, validation };
}

/** Features are of the same pictures. */
function labelsOf({ labels, targets, teacher }: Split): Pick<Split, 'labels' | 'targets' | 'teacher'> {
  return { labels, ...(targets && { targets }), ...(teacher && { teacher }) };
}

async function splitOf(split: Split, { features, extract }: Extractor): Promise<Split> {
  const values = new Float32Array(new SharedArrayBuffer(split.n * features * Float32Array.BYTES_PER_ELEMENT));
  for (let from = 0; from < split.n; from += BATCH) {
    const to = Math.min(from + BATCH, split.n);
    values.set(await extract(imagesOf(split, from, to)), from * features);
  }
  return { images: new Uint8Array(values.buffer), ...labelsOf(split), n: split.n };
}
