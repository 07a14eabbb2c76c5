// `npm run bench page`: the page in Chromium, by its own marks: latency with and without layers, cold start, bytes, parity, digits, teaching, memory.
import { defineCommand } from 'citty';
import type { Picture } from '../../models/image/picture.ts';
import { encodeDrawing } from '../../web-demo/page/draw/link.ts';
import { lineWidth, snap } from '../../web-demo/page/draw/strokes.ts';
import { openStage, type Stage } from '../web-demo/browser.ts';
import { strokesOf } from '../web-demo/strokes.ts';
import { chromiumWithSwiftShader, gpuArguments, withoutGpu } from './page/gpu.ts';
import { memoryOver } from './page/memory.ts';
import { adapterOf, askServer, compareInBrowser } from './page/parity.ts';
import { cifarTest, mnistTest } from './page/pictures.ts';
import { drawWithoutPage, readShapes } from './page/shapes.ts';
import { taught } from './page/teach.ts';
import { coldLoad, penToBars } from './page/times.ts';
import { need } from './support/needs.ts';
import { median, megabytes, quantile, table } from './support/statistics.ts';

interface Sizes {
  /** Test pictures for parity, and digits of each variation. */
  readonly pictures: number;
  readonly digits: number;
  /** The first of the digits among MNIST's test images. */
  readonly from: number;
  readonly loads: number;
}

/** SwiftShader takes a hundred times as long as WebAssembly, so it gets only this part of the pictures. */
const gpuPart = 0.02;

/** Movements a second: of a slow mouse, of a usual one or a pen, and of a quick pen. */
const rates = [60, 125, 240];

/** Digits that are drawn before it is the other page's turn. */
const DIGITS_OF_A_ROUND = 4;

const backends = [
  { backend: 'wasm', threads: 1 },
  { backend: 'wasm', threads: 2 },
  { backend: 'webgpu' },
] as const;

const parts: Record<string, (stage: Stage, sizes: Sizes) => Promise<string>> = {
  async latency(stage, { loads }) {
    const rows: string[][] = [];
    for (const rate of rates) {
      const times = await penToBars(stage, 2 * loads, rate);
      rows.push([String(rate), ms(median(times)), ms(quantile(times, 0.95)), String(times.length)]);
    }
    return table(['pen to painted bars, movements a second', 'median', '95 %', 'n'], rows);
  },
  /** In turn, so that what else the machine does falls on both. */
  async layers(stage, { loads }) {
    const [hidden, shown]: [number[], number[]] = [[], []];
    const ratios: number[] = [];
    for (let round = 0; round < loads; round++) {
      const without = await penToBars(stage, DIGITS_OF_A_ROUND, 125);
      const having = await penToBars(stage, DIGITS_OF_A_ROUND, 125, true);
      hidden.push(...without);
      shown.push(...having);
      ratios.push(median(having) / median(without));
    }
    const row = (name: string, times: readonly number[]) => [
      ...[name, ms(median(times)), ms(quantile(times, 0.95)), String(times.length)],
    ];
    return table(
      ['pen to painted bars, 125 movements a second', 'median', '95 %', 'n'],
      [
        row('without layers', hidden),
        row('with layers', shown),
        [
          'median of a round, with them to without',
          median(ratios).toFixed(2),
          quantile(ratios, 0.95).toFixed(2),
          `${loads} rounds`,
        ],
      ],
    );
  },
  async load(stage, { loads }) {
    const strokes = strokesOf('3').map((stroke) => stroke.map(([x, y]) => snap(x, y, lineWidth)));
    const hash = `#draw=${encodeDrawing({ strokes, penDown: false })}`;
    const rows: string[][] = [];
    for (const [name, end] of [
      ['first answer after a cold start', ''],
      ['the same with the layers', '&layers'],
    ] as const) {
      const all = [];
      for (let i = 0; i < loads; i++) all.push(await coldLoad(stage, hash + end));
      const times = all.map(({ first }) => first);
      const most = Math.max(...all.map(({ bytes }) => bytes));
      rows.push([
        ...[name, ms(median(times)), ms(quantile(times, 0.95)), String(loads)],
        `${(most / 1e6).toFixed(2)} MB`,
      ]);
    }
    return table(['what', 'median', '95 %', 'n', 'bytes'], rows);
  },
  async parity(stage, { pictures: n }) {
    const rows: string[][] = [];
    const sets = { digits: mnistTest(n), cifar: cifarTest(n) };
    const { models } = (await (await fetch(`${stage.url}/models`)).json()) as {
      models: { name: string; card: { labels: string[] } }[];
    };
    const gpuStage = await openStage({
      executablePath: await chromiumWithSwiftShader(),
      args: gpuArguments,
      without: [withoutGpu],
    });
    const adapter = await adapterOf(gpuStage);
    if (adapter === undefined) console.log('WebGPU: Chromium has no adapter, not even SwiftShader.');
    for (const [model, { pictures }] of Object.entries(sets)) {
      const labels = models.find(({ name }) => name === model)?.card.labels ?? [];
      const expected = await askServer(stage.url, model, labels, pictures);
      for (const how of backends) {
        if (how.backend === 'webgpu' && adapter === undefined) continue;
        const there = how.backend === 'webgpu' ? gpuStage : stage;
        const some = how.backend === 'webgpu' ? pictures.slice(0, Math.ceil(n * gpuPart)) : pictures;
        const result = await compareInBrowser(there, model, how, some, expected);
        const { backend, difference, changed, times } = result;
        rows.push([
          model,
          how.backend === 'webgpu' ? `${backend} (${adapter})` : backend,
          difference.toExponential(1),
          String(changed),
          ms(median(times)),
          String(result.n),
        ]);
      }
    }
    await gpuStage.close();
    return table(['model', 'browser', 'largest difference', 'labels changed', 'model', 'n'], rows);
  },
  async digits(stage, { digits, from }) {
    const set = mnistTest(digits, from);
    const names = [...'0123456789'];
    const read = async (name: string, pictures: readonly Picture[]) => {
      const answers = await askServer(stage.url, 'digits', names, pictures);
      const right = answers.filter(
        (answer, i) => answer.indexOf(Math.max(...answer)) === set.labels[i],
      ).length;
      return { name, right, n: pictures.length };
    };
    const results = [
      await read('the images as they are', set.pictures),
      await read('traced, drawn without the page', await drawWithoutPage(set)),
      ...(await readShapes(stage, set)),
    ];
    const rows = results.map(({ name, right, n }) => [
      name,
      `${((100 * right) / n).toFixed(2)} %`,
      String(n),
    ]);
    return table(['MNIST test digits, drawn', 'read right', 'n'], rows);
  },
  teach: (_, { loads }) => taught(Math.ceil(loads / 4)),
  async memory(stage) {
    const readings = await memoryOver(stage, [100, 250, 500, 750, 1000]);
    const rows = readings.map(({ strokes, heap, resident, nodes, listeners }) => [
      String(strokes),
      `${(heap / 1e6).toFixed(2)} MB`,
      megabytes(resident),
      String(nodes),
      String(listeners),
    ]);
    return table(['strokes', 'heap', 'renderer', 'nodes', 'listeners'], rows);
  },
};

export const command = defineCommand({
  meta: {
    name: 'page',
    description: 'The page in Chromium: latency, cold start, parity, digits, teaching, memory',
  },
  args: {
    only: { type: 'string', description: `One of ${Object.keys(parts).join(', ')}`, default: '' },
    pictures: { type: 'string', description: 'Test pictures for parity', default: '1000' },
    digits: { type: 'string', description: 'Digits of each variation', default: '1000' },
    from: { type: 'string', description: 'The first of them among MNIST’s test images', default: '2000' },
    loads: { type: 'string', description: 'Cold starts; twice as many digits are drawn', default: '20' },
  },
  async run({ args }) {
    await need('cifar10', 'chromium');
    const sizes = {
      pictures: Number(args.pictures),
      digits: Number(args.digits),
      from: Number(args.from),
      loads: Number(args.loads),
    };
    // Opening thousands of links is no attack.
    const stage = await openStage({ args: ['--disable-ipc-flooding-protection'] });
    try {
      for (const [name, measure] of Object.entries(parts)) {
        if (args.only !== '' && args.only !== name) continue;
        console.log(`\n${await measure(stage, sizes)}`);
      }
    } finally {
      await stage.close();
    }
  },
});

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}
