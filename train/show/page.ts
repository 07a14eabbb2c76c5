// The page about data: its classes, what training is shown, and what is odd about its files.
import { command } from '../../setup/invocation.mjs';
import { type FolderFindings, remarks } from '../datasets/folder/findings.ts';
import type { Dataset } from '../datasets/index.ts';
import { type Recipe, wordListOf } from '../recipes/index.ts';
import { many, percent, whole } from '../report/format.ts';
import { type Html, html } from '../report/html.ts';
import { type PagePart, renderPage } from '../report/page.ts';
import { tile } from '../report/tile.ts';
import { type ClassPictures, type Gathered, gather } from './gather.ts';

/** @param warning - What is wrong with the labels as training sees them. */
export async function showPage(recipe: Recipe, dataset: Dataset, warning?: string): Promise<string> {
  const gathered = await gather(recipe, dataset);
  const { findings, train, validation, test, shape } = dataset;
  const { sample, classes, looks, twins } = gathered;
  const parts: (PagePart | undefined)[] = [
    { id: 'batch', title: 'A batch', body: batch(gathered, recipe) },
    { id: 'classes', title: 'Classes', body: balance(classes, findings) },
    { id: 'pictures', title: 'Pictures', body: contactSheets(classes, train.files !== undefined) },
    looks.length === 0
      ? undefined
      : { id: 'looks', title: 'Augmentation', body: looksSection(gathered, warning) },
    twins === undefined || findings === undefined
      ? undefined
      : { id: 'twins', title: 'Look alike', body: twinsSection(twins, findings) },
    findings === undefined ? undefined : { id: 'files', title: 'Files', body: files(findings) },
  ];
  const sheets = [
    sample.plain,
    sample.augmented,
    twins?.sheet,
    ...classes.map(({ sheet }) => sheet),
    ...looks.map(({ sheet }) => sheet),
  ];
  return renderPage({
    title: `${dataset.name}: the pictures`,
    head: html`<header>
      <p class="over">${findings?.root ?? dataset.name}</p>
      <h1>${dataset.name}</h1>
      <p class="lead">${recipe.description}</p>
      <dl class="hero">
        <div><dt>training</dt><dd>${whole(train.n)}</dd><dd class="quiet">pictures</dd></div>
        <div><dt>validation</dt><dd>${whole(validation.n)}</dd><dd class="quiet">${findings?.split ?? 'as published'}</dd></div>
        ${test && html`<div><dt>test</dt><dd>${whole(test.n)}</dd><dd class="quiet">looked at when a training has ended</dd></div>`}
        <div><dt>classes</dt><dd>${whole(dataset.labels.length)}</dd><dd class="quiet"></dd></div>
        <div><dt>input</dt><dd>${shape[1]} × ${shape[0]}</dd><dd class="quiet">${shape[2] === 1 ? 'gray' : 'color'}, ${prepared(recipe)}</dd></div>
      </dl>
    </header>`,
    parts: parts.filter((part) => part !== undefined),
    sheets: sheets.filter((sheet) => sheet !== undefined),
  });
}

function prepared({ prepare }: Recipe): string {
  if (prepare.rule === 'digit') return 'placed as MNIST places digits';
  return `${prepare.filter}, ${prepare.crop === 'center' ? 'the middle cut out' : 'stretched'}`;
}

function batch({ sample: { plain, augmented, names } }: Gathered, recipe: Recipe): Html {
  const list = (sheet: typeof augmented) =>
    html`<ul class="tiles small">${names.map((name, i) => html`<li>${tile(sheet, i, name)}<p>${name}</p></li>`)}</ul>`;
  return html`${
    plain === undefined
      ? list(augmented)
      : html`<div class="halves"><div><h3>As they are</h3>${list(plain)}</div>
        <div><h3>As training gets them</h3>${list(augmented)}</div></div>`
  }
  <p class="note">The first pictures of the first batch of <code>${command('train', wordListOf(recipe))}</code>.</p>`;
}

const allOf = ({ train, validation, test = 0 }: ClassPictures) => train + validation + test;

/** Classes that differ more than this in their numbers are worth a word. */
const IMBALANCE = 5;

function balance(classes: readonly ClassPictures[], findings: FolderFindings | undefined): Html {
  const most = Math.max(...classes.map(allOf));
  const hasTest = classes.some(({ test }) => test !== undefined);
  const counts = classes.map(({ train }) => train);
  const [fewest, largest] = [Math.min(...counts), Math.max(...counts)];
  const all = counts.reduce((sum, count) => sum + count, 0);
  return html`<div class="scroll"><table class="numbers">
    <thead><tr><th scope="col">class</th><th scope="col">training</th><th scope="col">validation</th>${hasTest ? html`<th scope="col">test</th>` : undefined}<th scope="col">share</th><th scope="col"></th></tr></thead>
    <tbody>${classes.map(
      (
        own,
      ) => html`<tr><th scope="row">${own.label}</th><td>${whole(own.train)}</td><td>${whole(own.validation)}</td>
      ${hasTest ? html`<td>${whole(own.test ?? 0)}</td>` : undefined}<td>${percent(own.train / all, 1)}</td>
      <td class="bar"><span style="--share:${((100 * allOf(own)) / most).toFixed(1)}%"></span></td></tr>`,
    )}</tbody></table></div>
    ${
      largest > IMBALANCE * fewest
        ? html`<p class="note">The largest class has ${(largest / fewest).toFixed(0)} times as many training pictures as the smallest: a network that always says
        ${classes.find(({ train }) => train === largest)?.label} is right for ${percent(largest / all, 0)} of them. Look at the errors of each class, not at their mean alone.</p>`
        : undefined
    }
    ${findings?.decides && html`<p class="note">${findings.decides}</p>`}
    ${findings?.notes.map((note) => html`<p class="note">${note}</p>`)}`;
}

function contactSheets(classes: readonly ClassPictures[], areFiles: boolean): Html {
  const shown = classes.filter(({ sheet }) => sheet !== undefined);
  return html`${shown.map(
    ({ label, sheet, names, train }) =>
      sheet &&
      html`<h3 class="under">${label}</h3><ul class="tiles small">${names.map((name, i) => html`<li>${tile(sheet, i, name)}</li>`)}</ul>
      <p class="note">${names.length} of ${many(train, 'training picture')}</p>`,
  )}
  <p class="note">Drawn at random, always the same ones.${areFiles ? ' The pointer over a picture shows its file.' : ''}${shown.length < classes.length ? ` ${classes.length - shown.length} more classes are counted above.` : ''}</p>`;
}

function looksSection({ looks }: Gathered, warning: string | undefined): Html {
  return html`${warning === undefined ? undefined : html`<p class="warning"><b>${warning}</b></p>`}
  ${looks.map(
    ({ name, risk, sheet }) =>
      html`<h3 class="under">${name}</h3><ul class="tiles small nine">${Array.from(
        { length: sheet.count },
        (_, i) =>
          html`<li>${tile(sheet, i, i % sheet.columns === 0 ? 'as it is' : `${name}, draw ${i % sheet.columns}`)}</li>`,
      )}</ul>${risk === '' ? undefined : html`<p class="note">Could change a label: ${risk}.</p>`}`,
  )}
  <p class="note">Two pictures, the first of each row as it is, then as eight epochs might show it.</p>`;
}

function twinsSection(twins: NonNullable<Gathered['twins']>, { nearDuplicates }: FolderFindings): Html {
  return html`<ul class="tiles">${twins.pairs.map(
    (
      [train, validation],
      i,
    ) => html`<li><div class="pair">${tile(twins.sheet, 2 * i, train)}${tile(twins.sheet, 2 * i + 1, validation)}</div>
    <p>${train}</p><p class="quiet">${validation}</p></li>`,
  )}</ul>
  <p class="note">${many(nearDuplicates.length, 'pair')} of a training picture and one of validation or the test look the same: the network has seen the answer.
  Put both on one side, or remove one. Their perceptual hashes differ in 8 bits of 64 at most, and their grays correlate by more than 0.93.</p>`;
}

function files({ problems, remarks: odd, copies, contradictions }: FolderFindings): Html {
  const lists: (Html | undefined)[] = [
    listOf(
      `Left out: ${many(problems.length, 'file')}`,
      problems.map(({ path, reason }) => `${path}: ${reason}`),
    ),
    listOf(
      `The same picture under two labels: ${contradictions.length}`,
      contradictions.map((group) => group.join(' = ')),
    ),
    listOf(
      `The same bytes more than once: ${copies.length}`,
      copies.map((group) => group.join(' = ')),
    ),
    ...Object.entries(remarks).map(([remark, text]) => {
      const paths = Object.entries(odd).find(([key]) => key === remark)?.[1] ?? [];
      return listOf(`${many(paths.length, 'file')} ${text}`, paths);
    }),
  ];
  const found = lists.filter((list) => list !== undefined);
  return found.length === 0 ? html`<p>Every file could be read, and none is odd.</p>` : html`${found}`;
}

/** Lines that are listed; more would hide the rest. */
const LINES = 200;

function listOf(title: string, lines: readonly string[]): Html | undefined {
  if (lines.length === 0) return undefined;
  return html`<h3 class="under">${title}</h3><ul class="lines">${lines.slice(0, LINES).map((line) => html`<li><code>${line}</code></li>`)}</ul>${
    lines.length > LINES ? html`<p class="note">and ${whole(lines.length - LINES)} more</p>` : undefined
  }`;
}
