// The package as npm would install it, without what it depends on: for what is taken into bundles.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../setup/paths.mjs';
import { prepareSteps } from '../../setup/prepare.mjs';
import { pageStep } from '../../setup/steps/page.mjs';

const run = promisify(execFile);

/** An empty project outside of the checkout that has the packed package. */
export async function projectWithPackage(): Promise<{ folder: string; installed: string; remove(): void }> {
  await prepareSteps([pageStep], false);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trainyard-browser-')));
  const installed = join(folder, 'node_modules', 'trainyard');
  mkdirSync(installed, { recursive: true });
  // The scripts would compile what runs in Node.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  await run('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components=1']);
  return { folder, installed, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
