// What the registries hold for systems on which no test runs is what set-up looks for there.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { npmProgram } from '../../setup/install/npm.mjs';
import { supportedMinors } from '../../setup/install/python.mjs';
import { shellWord } from '../../setup/invocation.mjs';
import { libraryFile } from '../../setup/libraries/tensorflow.mjs';
import { compilerArguments } from '../../setup/libraries/tensorflow-js.mjs';
import { appleFlags, instructionsOf, linuxFlags } from '../../setup/machine/cpu.mjs';
import { trainingSystems } from '../../setup/machine/platform.mjs';
import { root } from '../../setup/paths.mjs';
import { python } from '../python.ts';
import { dylibNames, systemOf } from './binary.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-systems-'));
afterAll(() => rmSync(folder, { recursive: true }));

function headOf(path: string): Buffer {
  const head = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  readSync(file, head);
  closeSync(file);
  return head;
}

/** Systems that training is prepared for, by their names on PyPI. */
const wheels = { 'darwin arm64': 'macosx_12_0_arm64', 'linux arm64': 'manylinux_2_27_aarch64' } as const;

const foundSchema = z.record(
  z.string(),
  z.object({
    minors: z.array(z.number()),
    libraries: z.record(z.string(), z.string()),
    headers: z.array(z.string()),
  }),
);

describe("TensorFlow's wheels for ARM", () => {
  let found: z.output<typeof foundSchema>;
  beforeAll(() => {
    const pins = readFileSync(join(root, 'setup/requirements/train-arm64.txt'), 'utf8');
    const [, name = '', version = ''] = /^([\w-]+)==(.+)$/m.exec(pins) ?? [];
    const script = readFileSync(new URL('./look_into_wheels.py', import.meta.url), 'utf8');
    found = foundSchema.parse(JSON.parse(python(script, [name, version, ...Object.values(wheels)])));
  });

  test.each(Object.entries(wheels))(
    '%s: library and headers are where the addon looks',
    (system, platform) => {
      const wheel = found[platform];
      if (wheel === undefined) throw new Error(`there is no wheel for ${platform}`);
      expect(trainingSystems).toContain(system);
      expect(wheel.minors).toEqual([...supportedMinors].sort((a, b) => a - b));
      const [os = ''] = system.split(' ');
      for (const name of ['tensorflow_cc', 'tensorflow_framework'] as const) {
        const head = wheel.libraries[`tensorflow/${libraryFile(name, os)}`];
        expect(systemOf(Buffer.from(head ?? '', 'hex'))).toBe(system);
      }
      expect(wheel.headers).toContain('tensorflow/include/tensorflow/core/framework/op_kernel.h');
      expect(wheel.headers).toContain('tensorflow/include/tensorflow/c/eager/c_api.h');
    },
  );

  test('macOS finds them by the path that the addon has', () => {
    const { libraries = {} } = found[wheels['darwin arm64']] ?? {};
    const head = Buffer.from(libraries['tensorflow/libtensorflow_cc.2.dylib'] ?? '', 'hex');
    const { name, needs } = dylibNames(head);
    expect(name).toBe('@rpath/libtensorflow_cc.2.dylib');
    expect(needs).toContain('@rpath/libtensorflow_framework.2.dylib');
    const words = compilerArguments('darwin', '/tensorflow');
    expect(words).toContain('/tensorflow/libtensorflow_cc.2.dylib');
    expect(words).toContain('-Wl,-rpath,/tensorflow');
    expect(words.join(' ')).toContain('-bundle -undefined dynamic_lookup');
  });
});

/** Systems that serve, with what npm is told to install for them. */
const serving = ['linux x64', 'linux arm64', 'darwin arm64', 'win32 x64'] as const;

describe('npm packages', () => {
  test.each(serving)('onnxruntime has a library for %s', (system) => {
    const [os = '', arch = ''] = system.split(' ');
    const binding = join(
      root,
      'node_modules/onnxruntime-node/bin/napi-v6',
      os,
      arch,
      'onnxruntime_binding.node',
    );
    expect(systemOf(headOf(binding))).toBe(system);
  });

  const lockSchema = z.object({
    packages: z.record(
      z.string(),
      z.looseObject({ version: z.string().optional(), integrity: z.string().optional() }),
    ),
  });

  test.each(serving.slice(1))(
    'sharp and koffi have an addon for %s, of the version in the lock file',
    (system) => {
      const suffix = system.replace(' ', '-');
      const { packages } = lockSchema.parse(
        JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')),
      );
      for (const name of [`@img/sharp-${suffix}`, `@koromix/koffi-${suffix}`]) {
        const locked = packages[`node_modules/${name}`];
        if (locked?.version === undefined) throw new Error(`package-lock.json has no ${name}`);
        const place = mkdtempSync(join(folder, 'package-'));
        const words = [
          'pack',
          '--silent',
          '--json',
          '--pack-destination',
          place,
          `${name}@${locked.version}`,
        ];
        const printed = execFileSync('npm', words, { encoding: 'utf8', cwd: place });
        expect(JSON.stringify(JSON.parse(printed))).toContain(locked.integrity);
        execFileSync('tar', ['xzf', readdirSync(place)[0] ?? ''], { cwd: place });
        const addons = readdirSync(join(place, 'package'), { recursive: true, encoding: 'utf8' }).filter(
          (path) => path.endsWith('.node'),
        );
        // On Linux one for each C library.
        expect(new Set(addons.map((path) => systemOf(headOf(join(place, 'package', path)))))).toEqual(
          new Set([system]),
        );
        expect(basename(addons[0] ?? '')).toMatch(/sharp|koffi/);
      }
    },
  );
});

describe('the instructions of a processor', () => {
  test('of ARM are read from Linux, and bfloat16 is tried where it has them', () => {
    // As a Neoverse V1 has them.
    const text =
      'processor\t: 0\nBogoMIPS\t: 2100.00\nFeatures\t: fp asimd aes sve i8mm bf16 dgh rng\nCPU implementer\t: 0x41\n';
    expect(instructionsOf(linuxFlags(text), 'arm64', 'linux')).toEqual({
      features: { NEON: true, SVE: true, BF16: true, I8MM: true },
      nativeBfloat16: true,
    });
    const older = text.replace(' bf16', '');
    expect(instructionsOf(linuxFlags(older), 'arm64', 'linux').nativeBfloat16).toBe(false);
  });

  test('of Apple are shown, and not used: its TensorFlow is without oneDNN', () => {
    const text = 'hw.optional.arm.FEAT_BF16: 1\nhw.optional.arm.FEAT_I8MM: 0\nhw.optional.AdvSIMD: 1\n';
    expect(instructionsOf(appleFlags(text), 'arm64', 'darwin')).toEqual({
      features: { NEON: true, SVE: false, BF16: true, I8MM: false },
      nativeBfloat16: false,
    });
  });
});

describe('Windows', () => {
  test("starts npm's code by Node, not its script", () => {
    expect(npmProgram('win32', 'C:\\Program Files\\nodejs\\node.exe')).toEqual([
      'C:\\Program Files\\nodejs\\node.exe',
      'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js',
    ]);
    expect(npmProgram('linux')).toEqual(['npm']);
  });

  test('takes words with blanks in double quotes', () => {
    expect(shellWord('C:\\models\\a b.onnx', 'win32')).toBe('"C:\\models\\a b.onnx"');
    expect(shellWord('C:\\models\\a.onnx', 'win32')).toBe('C:\\models\\a.onnx');
    expect(shellWord("it's", 'linux')).toBe("'it'\\''s'");
  });
});
