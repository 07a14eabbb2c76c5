// The package as npm would install it, without what it depends on: for what is taken into bundles.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../setup/paths.mjs';
import { prepareSteps } from '../../setup/prepare.mjs';
import { pageStep } from '../../setup/steps/page.mjs';

const run = promisify(execFile);

/** A project outside of the checkout. */
export interface Project {
  readonly folder: string;
  /** The package in its `node_modules`. */
  readonly installed: string;
  remove(): void;
}

/** A project that has nothing but the packed package. */
export async function packedProject(): Promise<Project> {
  const project = await emptyProject();
  // The scripts would compile what runs in Node.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', project.folder], { cwd: root });
  const [tarball = ''] = readdirSync(project.folder).filter((name) => name.endsWith('.tgz'));
  await run('tar', ['-xzf', join(project.folder, tarball), '-C', project.installed, '--strip-components=1']);
  return project;
}

/** A project that has what pages import of the package: in a second, where packing takes ten. */
export async function pageProject(): Promise<Project> {
  const project = await emptyProject();
  for (const path of ['package.json', 'dist/web-demo/browser'])
    cpSync(join(root, path), join(project.installed, path), { recursive: true });
  return project;
}

async function emptyProject(): Promise<Project> {
  await prepareSteps([pageStep], false);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trainyard-browser-')));
  const installed = join(folder, 'node_modules', 'trainyard');
  mkdirSync(installed, { recursive: true });
  return { folder, installed, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
