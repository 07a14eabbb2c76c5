// What the report of a lesson says of the lesson.
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { families, familyOf, findRecipe } from '../../../train/recipes/index.ts';
import { marked } from '../../../train/report/marked.ts';
import { sections } from '../../../train/report/sections/index.ts';
import { newRun, temporaryFolder, trainWithReport } from './support.ts';

const folder = temporaryFolder();
afterAll(() => folder.close());

const taught = families.filter(({ recipe }) => recipe.description.startsWith('A lesson'));

describe.each(taught)('the lesson $recipe.name', ({ lesson = '', options = [] }) => {
  it('says what it is about, and of every value of its options what that shows', () => {
    expect(lesson.length).toBeGreaterThan(80);
    for (const { lessons = {}, values } of options) {
      expect(Object.keys(lessons)).toEqual(Object.keys(values));
      for (const text of Object.values(lessons)) expect(text.length).toBeGreaterThan(40);
    }
  });

  it('speaks of sections that there are', () => {
    const texts = [lesson, ...options.flatMap(({ lessons = {} }) => Object.values(lessons))];
    const named = texts.flatMap((text) => [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, id]) => id));
    expect(sections.map(({ id }) => id)).toEqual(expect.arrayContaining(named));
  });
});

it('is taught by eight families', () => {
  expect(taught).toHaveLength(8);
});

describe('the report of a run of a lesson', () => {
  it('begins with the lesson: what was published, the result of this run, what to train beside it', async () => {
    const recipe = findRecipe('fc-mnist', {}, { init: 'normal' });
    const run = newRun(folder.path, recipe);
    const { path } = await trainWithReport(run, { recipe });
    const page = readFileSync(path, 'utf8');
    const section = /<section id="lesson">(.*?)<\/section>/s.exec(page)?.[1] ?? '';
    expect(page.indexOf('<section id="lesson">')).toBe(page.indexOf('<section '));
    expect(section).toContain('85.75 %, cost 108');
    const [, , , , error = ''] =
      readFileSync(`${run.folder}/metrics.csv`, 'utf8').trim().split('\n').at(-1)?.split(',') ?? [];
    expect(section).toContain(
      `this run, after 1 epoch</dt><dd>${((1 - Number(error)) * 100).toFixed(2)}\u202f%, cost `,
    );
    expect(section).toContain('<code>npm run train fc-mnist -- --init variance-scaling</code>');
    expect(section).not.toContain('He et al.');
    const targets = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(10);
    for (const id of targets) expect(page, id).toContain(`id="${id}"`);
  });
});

it('is left out for a folder of pictures with the name of a lesson', () => {
  const recipe = { ...findRecipe('remedies'), dataset: '/pictures/remedies' };
  expect(familyOf(recipe)).toBeUndefined();
  expect(familyOf(findRecipe('remedies'))?.lesson).toContain('10,000 pictures');
});

describe('text of ours', () => {
  it('has things to type and links, and nothing else that is HTML', () => {
    const text = marked('a `b <c>` [D & E](#d-e) <i>').map((part) => part.toString());
    expect(text.join('')).toBe('a <code>b &lt;c&gt;</code> <a href="#d-e">D &amp; E</a> &lt;i&gt;');
  });
});
