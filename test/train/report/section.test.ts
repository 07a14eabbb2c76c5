// A section of somebody else's: handed over beside ours, shown while a run is trained and when its network is there.
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { html } from '../../../train/report/html.ts';
import { makeReport, openReport } from '../../../train/report/index.ts';
import { sheetOf } from '../../../train/report/pictures.ts';
import { defineSection, withoutNetwork } from '../../../train/report/section.ts';
import { sections } from '../../../train/report/sections/index.ts';
import { dataset, newRun, temporaryFolder, trainWithReport } from './support.ts';

const folder = temporaryFolder();
afterAll(folder.close);

const steps = defineSection({
  id: 'steps',
  title: 'Steps <done>',
  render: ({ record }) => html`<p>${record.steps.length} steps</p>`,
});

const surest = defineSection({
  id: 'surest',
  title: 'Surest answer',
  async analyze({ validation: test, dataset: { validation: split, shape } }) {
    const [first] = [...test].sort((a, b) => a.loss - b.loss);
    if (first === undefined) return undefined;
    const size = shape[0] * shape[1] * shape[2];
    const picture = dataset.validation.images.slice(first.index * size, (first.index + 1) * size);
    return { index: first.index, of: split.n, sheet: await sheetOf([picture], shape) };
  },
  render: ({ analysis: { index, of, sheet }, tile }) =>
    html`<p>picture ${index} of ${of}</p>${tile(sheet, 0, 'the surest "answer"')}`,
});

const nothing = defineSection<string>({
  id: 'nothing',
  title: 'Nothing',
  analyze: () => undefined,
  render: () => html`<p>never</p>`,
});

describe('sections of a report', () => {
  it('are an argument, with ours as default', async () => {
    const run = newRun(folder.path);
    const own = [steps, surest, nothing];
    const { path } = await trainWithReport(run, { sections: own });
    const page = readFileSync(path, 'utf8');
    expect([...page.matchAll(/<section id="([^"]*)"/g)].map(([, id]) => id)).toEqual(['steps', 'surest']);
    expect(page).toContain('<h2>Steps &lt;done&gt;</h2><p>80 steps</p>');
    expect(page).toMatch(/<p>picture \d+ of 500<\/p><span class="tile sheet-/);
    expect(page).toContain('the surest &quot;answer&quot;');
    expect(page.match(/^\.sheet-.*background-image:url/gm)).toHaveLength(1);

    expect(await makeReport(run, { dataset, sections: own })).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe(page);
    await makeReport(run, { dataset, sections: [...sections, steps] });
    const ids = [...readFileSync(path, 'utf8').matchAll(/<section id="([^"]*)"/g)].map(([, id]) => id);
    expect(ids).toContain('confusion');
    expect(ids.at(-1)).toBe('steps');
  });

  it('that look at the network wait for it', async () => {
    expect(withoutNetwork([steps, surest, nothing]).map(({ id }) => id)).toEqual(['steps']);
    const run = newRun(folder.path);
    const report = await openReport({ run, dataset, sections: [steps, surest] });
    report.watcher.onStart?.({ step: 0, steps: 80, stepsPerEpoch: 40 });
    const page = readFileSync(report.path, 'utf8');
    await report.close();
    expect(page).toContain('0 steps');
    expect(page).not.toContain('Surest answer');
  });

  it('that fail are told to whom the report was opened for, with the command that makes it again', async () => {
    const run = newRun(folder.path);
    const told: string[] = [];
    const report = await openReport({
      ...{ run, dataset, sections: [steps, surest], warn: (line: string) => void told.push(line) },
    });
    // Nothing was trained: there is no checkpoint to look at.
    await report.finish(true);
    await report.close();
    expect(told).toEqual([
      expect.stringMatching(/^The report could not be completed: .*\nTry again: npm run report /s),
    ]);
  });
});
