// What is promised of deploy/: each manifest is what its platform expects, by schemas and programs of others, and names
// settings and addresses that the server has.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { settingNames, settingsSchema, variableOf } from '../../serve/settings/schema.ts';
import { root } from '../../setup/paths.mjs';
import { python } from '../python.ts';

const read = (name: string) => readFileSync(join(root, 'deploy', name), 'utf8');
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A text with one thing replaced, which must be there. */
function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`there is no ${JSON.stringify(from)} to replace`);
  return text.replace(from, to);
}

const script = readFileSync(beside('./validate.py'), 'utf8');
const answersSchema = z.array(z.object({ documents: z.array(z.unknown()), errors: z.array(z.string()) }));

/** What the schema of a platform says of each text. */
function validate(kind: string, texts: readonly string[]) {
  const tasks = Buffer.from(JSON.stringify(texts.map((text) => ({ kind, text }))));
  const schemas = [beside('./kserve-schemas.json'), beside('./compose-schema.json')];
  return answersSchema.parse(JSON.parse(python(script, schemas, tasks)));
}

describe.each([
  [
    'kubernetes',
    'kubernetes.yaml',
    [
      ['readOnlyRootFilesystem', 'readOnlyRootFileSystem'],
      ['periodSeconds: 1\n', 'periodSeconds: soon\n'],
      ['minAvailable: 1', 'minAvailable: true'],
      ['scaleTargetRef', 'targetRef'],
      ['targetPort: http', 'targetPort: http, port: http'],
    ],
  ],
  [
    'kserve',
    'kserve.yaml',
    [
      ['supportedModelFormats', 'supportedModelFormat'],
      ['protocolVersions: [v2]', 'protocolVersions: v2'],
      ['containerPort: 8080', 'containerport: 8080'],
      ['modelFormat: { name: trainyard }', 'modelFormat: trainyard'],
      ['storageUri: ', 'storageURI: '],
      ['minReplicas: 2', 'minReplicas: two'],
    ],
  ],
  [
    'compose',
    'compose.yaml',
    [
      ['read_only: true', 'readonly: true'],
      ['condition: service_healthy', 'condition: healthy'],
      ['cap_drop: [ALL]', 'cap_drop: ALL'],
    ],
  ],
] as const)('%s', (kind, file, mistakes) => {
  const text = read(file);
  const [right, ...wrong] = validate(kind, [text, ...mistakes.map(([from, to]) => replaced(text, from, to))]);

  test('is as the schema says', () => {
    expect(right?.errors).toEqual([]);
    expect(right?.documents.length).toBeGreaterThan(0);
  });

  test.each(mistakes.map(([, to], i) => [to.trim(), i] as const))('%s is refused', (_, i) => {
    expect(wrong[i]?.errors).not.toEqual([]);
  });

  test('names settings that there are', () => {
    const named = text.match(/TRAINYARD_[A-Z_]+/g) ?? [];
    expect(named.filter((name) => !settingNames.map(variableOf).includes(name))).toEqual([]);
    expect(kind === 'kserve' || named.length > 0).toBe(true);
  });
});

describe('systemd', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-units-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const units = ['trainyard.service', 'trainyard.socket'];
  const isHere = existsSync('/usr/bin/systemd-analyze');

  /** What systemd itself says of the units; programs are those of this machine. */
  function analyze(change: (text: string) => string, ...words: readonly string[]) {
    for (const unit of units) {
      const text = replaced(read('trainyard.service'), '/usr/bin/node', process.execPath);
      writeFileSync(join(folder, unit), unit.endsWith('.service') ? change(text) : read(unit));
    }
    const { status, stdout, stderr } = spawnSync('systemd-analyze', words, { cwd: folder, encoding: 'utf8' });
    return { status, printed: stdout + stderr };
  }

  test('has nothing against the units, and something against a mistake', ({ skip }) => {
    skip(!isHere, 'there is no systemd-analyze');
    const verify = ['verify', ...units.map((unit) => join(folder, unit))];
    expect(analyze((text) => text, ...verify)).toEqual({ status: 0, printed: '' });
    const mistaken = analyze((text) => replaced(text, 'ProtectHome=yes', 'ProtectHomes=yes'), ...verify);
    expect(mistaken.printed).toMatch(/Unknown key (name )?'ProtectHomes'/);
  });

  test('finds the service little exposed: below 2 of 10, and above without what confines it', ({ skip }) => {
    skip(!isHere, 'there is no systemd-analyze');
    const words = ['security', '--offline=true', '--threshold=20', './trainyard.service'];
    expect(analyze((text) => text, ...words)).toMatchObject({ status: 0 });
    const open = (text: string) => text.replace(/^(Protect|Restrict|SystemCall|Capability)\w+=.*\n/gm, '');
    expect(analyze(open, ...words)).toMatchObject({ status: 1 });
  });
});

test('a platform waits longer for the end of a server than the server for its requests', () => {
  const seconds = settingsSchema.shape.drainSeconds.parse(undefined);
  const patience = (file: string, name: RegExp) => Number(name.exec(read(file))?.[1]);
  const pause = patience('kubernetes.yaml', /TRAINYARD_SHUTDOWN_DELAY: "(\d+)"/);
  expect(patience('kubernetes.yaml', /terminationGracePeriodSeconds: (\d+)/)).toBeGreaterThan(
    pause + seconds,
  );
  expect(patience('compose.yaml', /stop_grace_period: (\d+)s/)).toBeGreaterThan(seconds);
  expect(patience('trainyard.service', /TimeoutStopSec=(\d+)/)).toBeGreaterThan(seconds);
});
