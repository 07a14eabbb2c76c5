// The image that the Dockerfile describes, made without Docker: each stage is an empty folder, which its steps see as the root of
// their file system, with this machine's programs in the place of the base image's.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { shellWord } from '../../setup/invocation.mjs';
import { root } from '../../setup/paths.mjs';
import { freePort } from '../listening.ts';
import { allOf, parseDockerfile, type Stage, variablesOf } from './dockerfile.ts';

const run = promisify(execFile);

/** Folders of programs. */
const programs = ['/usr', '/etc'];
/** Where Node is, if it is elsewhere: the folder above its `bin`. */
const nodeFolder = dirname(dirname(process.execPath));
if (!nodeFolder.startsWith('/usr')) programs.push(nodeFolder);

const PATH = `PATH=${nodeFolder}/bin:/usr/local/bin:/usr/bin:/bin`;

const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));

/** Why stages cannot be made here; empty where they can. */
export const whyNoImage =
  process.platform === 'linux' && spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']).status === 0
    ? ''
    : 'a file system of its own needs Linux, and the rights of root for unshare';

/** Commands of a shell which make a folder look like the root of a file system with these folders of programs in it. */
function mounts(folder: string): string[] {
  for (const name of ['proc', 'dev', 'tmp', 'root']) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64'])
    if (lstatSync(join(folder, name), { throwIfNoEntry: false }) === undefined)
      symlinkSync(`usr/${name}`, join(folder, name));
  for (const path of programs) mkdirSync(join(folder, path), { recursive: true });
  const at = shellWord(folder);
  return [
    'set -e',
    `mount --bind ${at} ${at}`,
    ...programs.flatMap((path) => [
      `mount --bind ${shellWord(path)} ${at}${shellWord(path)}`,
      `mount --options remount,bind,ro ${at}${shellWord(path)}`,
    ]),
    `mount --rbind /dev ${at}/dev`,
    `mount --types proc proc ${at}/proc`,
  ];
}

const enter = (script: readonly string[]) =>
  ['--mount', '--pid', '--fork', '--kill-child', 'bash', '-c', script.join('\n')] as const;

/** What npm has of this machine: its registry, and the packages that it fetched before. */
function npmOfThisMachine(folder: string): { script: string[]; environment: string[] } {
  const cache = join(homedir(), '.npm');
  const settings = join(homedir(), '.npmrc');
  mkdirSync(cache, { recursive: true });
  mkdirSync(join(folder, 'root/npm'), { recursive: true });
  if (existsSync(settings)) cpSync(settings, join(folder, 'root/.npmrc'));
  const certificates = process.env.NODE_EXTRA_CA_CERTS;
  return {
    script: [`mount --bind ${shellWord(cache)} ${shellWord(folder)}/root/npm`],
    environment: [
      ...['HOME=/root', 'npm_config_cache=/root/npm', 'npm_config_prefer_offline=true'],
      ...(certificates === undefined ? [] : [`NODE_EXTRA_CA_CERTS=${certificates}`]),
    ],
  };
}

/**
 * Takes the steps of every stage.
 *
 * @param context - folder with what `docker build` is given.
 * @param folder - for the stages.
 * @returns the folder of the last one: what is in the image beside its base.
 * @throws Error with what a step printed when it fails.
 */
export async function buildImage(context: string, folder: string): Promise<string> {
  const made = new Map<string, string>();
  for (const [i, stage] of stages.entries()) {
    const image = join(folder, `stage-${i}`);
    mkdirSync(image, { recursive: true });
    made.set(stage.name, image);
    const at = `${image}${workFolder(stage)}`;
    mkdirSync(at, { recursive: true });
    for (const { word, rest } of stage.instructions) {
      if (word === 'RUN') await runStep(image, stage, rest);
      if (word === 'COPY') await copyStep(made, context, image, at, rest);
    }
  }
  return join(folder, `stage-${stages.length - 1}`);
}

async function runStep(image: string, stage: Stage, step: string): Promise<void> {
  const npm = npmOfThisMachine(image);
  const variables = [PATH, ...npm.environment, ...variablesOf(stage)]
    .map((word) => shellWord(word))
    .join(' ');
  const program = `env -i --chdir=${workFolder(stage)} ${variables} sh -c ${shellWord(step)}`;
  const script = [...mounts(image), ...npm.script, `exec chroot ${shellWord(image)} ${program}`];
  await run('unshare', enter(script), { maxBuffer: 1 << 26 }).catch((error) => {
    throw new Error(`RUN ${step}\n${error.stdout}${error.stderr}`);
  });
}

async function copyStep(
  made: ReadonlyMap<string, string>,
  context: string,
  image: string,
  at: string,
  rest: string,
): Promise<void> {
  const [, stage, from = '', to = ''] = /^--from=(\w+) (\S+) (\S+)$/.exec(rest) ?? [];
  if (stage === undefined) {
    // The shell knows the patterns that Docker does, and says when one of them finds nothing.
    const sources = rest.split(' ').slice(0, -1).join(' ');
    await run('bash', ['-c', `cp --archive ${sources} ${shellWord(at)}`], { cwd: context });
  } else {
    const source = made.get(stage);
    if (source === undefined) throw new Error(`COPY ${rest}: there is no stage "${stage}"`);
    await run('cp', ['--archive', '--no-target-directory', `${source}${from}`, `${image}${to}`]);
  }
}

const workFolder = (stage: Stage) => allOf(stage, 'WORKDIR').at(-1) ?? '/';

/** What COPY takes of the context: names, and patterns of names. */
export const copied = stages.flatMap((stage) =>
  allOf(stage, 'COPY')
    .filter((rest) => !rest.startsWith('--from'))
    .flatMap((rest) => rest.split(' ').slice(0, -1)),
);

export interface Container {
  readonly child: ChildProcess;
  readonly url: string;
  /** Of process 1 of the container, as this machine numbers it. */
  readonly pid: number;
  /** Runs the image's HEALTHCHECK: its exit status. */
  health(): number | null;
}

/** Starts the image as it says: its user, its variables, its command as process 1; its root cannot be written. */
export async function startContainer(image: string): Promise<Container> {
  const stage = stages.at(-1);
  if (stage === undefined) throw new Error('the Dockerfile has no stage');
  const [uid = '', gid = ''] = allOf(stage, 'USER').at(-1)?.split(':') ?? [];
  const port = await freePort();
  const variables = [PATH, ...variablesOf(stage), 'TRAINYARD_HOST=127.0.0.1', `TRAINYARD_PORT=${port}`];
  const words: string[] = [
    ...JSON.parse(allOf(stage, 'ENTRYPOINT')[0] ?? ''),
    ...JSON.parse(allOf(stage, 'CMD')[0] ?? ''),
  ];
  const at = shellWord(image);
  const as = `setpriv --reuid=${uid} --regid=${gid} --clear-groups --no-new-privs --bounding-set=-all`;
  const environment = `env -i --chdir=${workFolder(stage)} ${variables.map((word) => shellWord(word)).join(' ')}`;
  const script = [
    ...mounts(image),
    `mount --types tmpfs tmpfs ${at}/tmp`,
    `mount --options remount,bind,ro ${at}`,
    `exec chroot ${at} ${as} ${environment} ${words.map((word) => shellWord(word)).join(' ')}`,
  ];
  const child = spawn('unshare', enter(script), { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk;
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the container ended and printed:\n${printed}`);
  });
  ended.catch(() => {}); // it ends when it is told to
  await Promise.race([once(child.stdout, 'data'), ended]);
  const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim());
  const check: string[] = JSON.parse(/CMD (\[.*)$/.exec(allOf(stage, 'HEALTHCHECK')[0] ?? '')?.[1] ?? '');
  const inside = ['--target', `${pid}`, '--mount', '--root', '--setuid', uid, '--setgid', gid];
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    pid,
    health: () =>
      spawnSync('nsenter', [...inside, 'env', '-i', `--chdir=${workFolder(stage)}`, ...variables, ...check])
        .status,
  };
}
