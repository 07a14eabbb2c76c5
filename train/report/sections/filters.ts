// What the first layer looks for.

import type { Dataset } from '../../datasets/dataset.ts';
import { html } from '../html.ts';
import type { ReportedNetwork } from '../network.ts';
import { type Sheet, sheetOf, signedTile } from '../pictures.ts';
import { defineSection } from '../section.ts';

export const filters = defineSection({
  id: 'filters',
  title: 'First-layer filters',
  analyze: ({ network, dataset }) => filtersOf(network, dataset),
  render({ analysis: { name, shape, count, sheet }, tile }) {
    return html`<ul class="tiles small">${Array.from(
      { length: sheet.count },
      (_, i) => html`<li>${tile(sheet, i, `filter ${i}`)}</li>`,
    )}</ul>
    <p class="note"><code>${name}</code>, ${shape.join(' × ')}${sheet.count < count ? `: the first ${sheet.count} of ${count}` : ''}.
    Each filter has its own scale: mid-gray is a weight of zero, light is positive, dark negative.</p>`;
  },
});

interface Filters {
  /** Name of the weight. */
  name: string;
  shape: readonly number[];
  /** How many there are; the sheet may show fewer. */
  count: number;
  sheet: Sheet;
}

/** At most so many are shown. */
const FILTERS = 64;

/** The first layer's filters: kernels of a convolution, or what each unit of a fully connected layer weighs. */
async function filtersOf(network: ReportedNetwork, dataset: Dataset): Promise<Filters | undefined> {
  const [height, width, channels] = dataset.shape;
  const [name] = [...network.shapes.keys()].filter((each) => each.endsWith('/kernel'));
  const shape = network.shapes.get(name ?? '');
  const values = network.best.get(name ?? '');
  if (name === undefined || shape === undefined || values === undefined) return undefined;
  const count = shape.at(-1) ?? 0;
  const isConvolution = shape.length === 4 && shape[2] === channels;
  if (!isConvolution && shape[0] !== height * width * channels) return undefined;
  const [kernelHeight = 0, kernelWidth = 0] = isConvolution ? shape : [height, width];
  const length = kernelHeight * kernelWidth * channels;
  const tiles = Array.from({ length: Math.min(FILTERS, count) }, (_, filter) =>
    signedTile(Float32Array.from({ length }, (_, i) => values[i * count + filter] ?? 0)),
  );
  return { name, shape, count, sheet: await sheetOf(tiles, [kernelHeight, kernelWidth, channels], 8) };
}
