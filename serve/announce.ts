// What the server prints when it is ready: models, addresses, and a command to try.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_FILE } from '../models/default-model.ts';
import { testedOn } from '../models/held-out.ts';
import { scoreInWords } from '../models/score.ts';
import { newest, type ServedModel } from './engine/models.ts';
import { missingPage } from './page/missing-page.ts';

/**
 * @param chosen - the model that answers when none is named.
 * @param page - folder of the built page.
 * @param pinned - what the operator has said that answers, as `pinnedName` gives it.
 * @param needsKey - whether requests need an API key.
 */
export function announce(
  url: string,
  models: readonly ServedModel[],
  chosen: ServedModel | undefined,
  page: string | undefined,
  pinned?: string,
  needsKey = false,
): string {
  const served = newest(models);
  const width = Math.max(...served.map(({ name }) => name.length));
  const others =
    pinned !== undefined
      ? [`answers when no ?model= is given: ${pinned} (--default-model)`]
      : served.length > 1
        ? [
            `answers when no ?model= is given: ${chosen?.name} (to choose another: --default-model, or its name in the file ${DEFAULT_FILE} of the repository)`,
          ]
        : [];
  return [
    ...served.map((model) => `${model.name.padEnd(width)}  ${describe(model)}`),
    ...(page === undefined ? [] : [`page: ${pageAt(url, page)}`]),
    ...others,
    `try:  curl ${needsKey ? '-H "X-API-Key: $KEY" ' : ''}-F img=@picture.png ${url}/classify`,
  ].join('\n');
}

function describe({ version, card }: ServedModel): string {
  const { labels, metrics } = card;
  const what = card.task === 'regression' ? 'numbers' : 'labels';
  const known = `version ${version}, ${labels.length} ${what}`;
  if (metrics === null) return known;
  const pictures = `${metrics.n.toLocaleString('en')} ${testedOn(card)}`;
  if ('accuracy' in metrics) return `${known}, ${(metrics.accuracy * 100).toFixed(2)} % of ${pictures} right`;
  return card.task === 'single' ? known : `${known}, ${scoreInWords(card)} on ${pictures}`;
}

function pageAt(url: string, folder: string): string {
  if (existsSync(join(folder, 'index.html'))) return `${url}/`;
  const { state, remedy } = missingPage();
  return `${state} (${remedy})`;
}
