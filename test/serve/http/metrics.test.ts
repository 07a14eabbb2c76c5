// What is promised to Prometheus: every request and picture counted, by few names.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { colors, openTestApp } from '../harness.ts';
import { plain } from '../pictures.ts';

let server: Awaited<ReturnType<typeof openTestApp>>;

beforeAll(async () => {
  server = await openTestApp({ models: [colors] });
});
afterAll(() => server.close());

/** The value of a sample, such as `trainyard_workers`, or `trainyard_pictures_total{outcome="answered"}`. */
async function sample(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const text = await (await server.app.request('/metrics')).text();
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = text.split('\n').find((line) => {
    return new RegExp(`^${name}(\\{| )`).test(line) && wanted.every((pair) => line.includes(pair));
  });
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

test('requests by route and status, pictures by outcome, stages', async () => {
  const good = await plain('red');
  for (let i = 0; i < 3; i++) await server.post(good);
  await server.post(Buffer.from('no picture'));
  await server.app.request('/models/colors/versions/1/model.onnx');
  for (const path of ['/no/1', '/no/2', '/no/3']) await server.app.request(path);

  const requests = (labels: Record<string, string>) => sample('trainyard_http_requests_total', labels);
  expect(await requests({ method: 'POST', route: '/classify', status: '200' })).toBe(3);
  expect(await requests({ method: 'POST', route: '/classify', status: '415' })).toBe(1);
  expect(
    await requests({ route: '/models/:model/versions/:version{[0-9]+}/model.onnx', status: '200' }),
  ).toBe(1);
  expect(await requests({ method: 'GET', route: '*', status: '404' })).toBe(3);
  expect(await sample('trainyard_http_request_duration_seconds_count', { route: '/classify' })).toBe(4);
  const pictures = (outcome: string) =>
    sample('trainyard_pictures_total', { model: 'colors', version: '1', outcome });
  expect(await pictures('answered')).toBe(3);
  expect(await pictures('refused')).toBe(1);
  for (const stage of ['decode', 'prepare', 'queue', 'run']) {
    expect(await sample('trainyard_stage_duration_seconds_count', { stage })).toBe(3);
  }
});

test('how it stands: models, workers, queue, process', async () => {
  const { sha256 } = server.engine.models()[0] ?? {};
  expect(await sample('trainyard_model_info', { model: 'colors', version: '1', sha256: sha256 ?? '' })).toBe(
    1,
  );
  expect(await sample('trainyard_workers')).toBe(1);
  expect(await sample('trainyard_workers_wanted')).toBe(1);
  expect(await sample('trainyard_ready')).toBe(1);
  expect(await sample('trainyard_queue_pictures')).toBe(0);
  expect(await sample('process_resident_memory_bytes')).toBeGreaterThan(1e7);
});

test('names are what `promtool check metrics` asks for', async () => {
  const text = await (await server.app.request('/metrics')).text();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  expect(types.length).toBeGreaterThan(30);
  for (const [, name = '', type = ''] of types) {
    // Its rules: https://github.com/prometheus/client_golang/tree/main/prometheus/testutil/promlint/validations
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(name).not.toMatch(
      /_(count|sum|bucket|info_total)$|_(ms|millis\w*|minutes|kb|mb|kilobytes|megabytes)(_|$)/,
    );
    expect(text).toMatch(new RegExp(`^# HELP ${name} .+`, 'm'));
  }
});

test('two servers in a process count apart', async () => {
  const other = await openTestApp({ models: [colors] });
  const text = await (await other.app.request('/metrics')).text();
  expect(text).not.toContain('trainyard_pictures_total{');
  await other.close();
});
