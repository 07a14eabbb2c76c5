// What is promised of `trainyard completion`: a script that a shell takes, and that completes what there is.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../bin/commands.ts';
import { which } from '../../setup/machine/system.mjs';
import { trainyard } from '../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));

function shell(program: string, script: string) {
  return spawnSync(program, ['-c', script], { cwd: folder, encoding: 'utf8' });
}

/** Of a shell that is not everywhere. */
const needs = (program: string) =>
  beforeEach(({ skip }) => skip(!which(program), `there is no ${program} on this machine`));

describe('bash', () => {
  needs('bash');
  beforeAll(async () =>
    writeFileSync(join(folder, 'trainyard.bash'), (await trainyard('completion', 'bash')).stdout),
  );

  /** What bash would offer behind these words; the last one is what is being typed. */
  function offered(...words: string[]) {
    const { status, stdout, stderr } = shell(
      'bash',
      `set -u
source ./trainyard.bash
[[ $(complete -p trainyard) == *'-o default -F _trainyard'* ]] || exit 2
COMP_WORDS=(trainyard ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_trainyard
printf '%s\\n' \${COMPREPLY[@]+"\${COMPREPLY[@]}"}`,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.trim().split('\n').filter(Boolean);
  }

  it('completes every command', () => {
    expect(offered('')).toEqual([...commands.map(({ name }) => name), '--help', '--version']);
    expect(offered('ex')).toEqual(['export']);
  });

  it('completes options of the command', () => {
    expect(offered('train', 'digits', '--ep')).toEqual(['--epochs']);
    expect(offered('train', '--no-')).toEqual(['--no-live']);
    expect(offered('diff', '--')).toEqual(expect.arrayContaining(['--json', '--pictures', '--help']));
    expect(offered('diff', '--ep')).toEqual([]);
  });

  it('completes recipes, commands and shells where they are taken, and leaves files to bash', () => {
    expect(offered('train', 'conv')).toEqual(['conv-mnist']);
    expect(offered('help', 'quan')).toEqual(['quantize']);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(offered('train', './')).toEqual([]);
    expect(offered('train', '--runs', 'd')).toEqual([]);
  });

  it('completes values where there are few', () => {
    expect(offered('setup', '--for', 't')).toEqual(['train', 'test']);
  });
});

describe('zsh', () => {
  needs('zsh');
  it('takes the script', async () => {
    writeFileSync(join(folder, 'trainyard.zsh'), (await trainyard('completion', 'zsh')).stdout);
    const { status, stdout, stderr } = shell(
      'zsh',
      'autoload -Uz compinit && compinit -u -d ./dump && source ./trainyard.zsh && print $_comps[trainyard]',
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '_trainyard\n', stderr: '' });
  });

  it.each([
    ['trainyard ex', 'trainyard export'],
    ['trainyard train --ep', 'trainyard train --epochs'],
    ['trainyard train conv-', 'trainyard train conv-mnist'],
    ['trainyard setup --for tr', 'trainyard setup --for train'],
  ])('makes of %s and a tab %s', (typed, completed) => {
    // At a terminal of its own, which waits for what is expected.
    const script = `zmodload zsh/zpty
zpty terminal zsh -f -i
zpty -w terminal 'PS1=; autoload -Uz compinit; compinit -u -d ./dump; source ./trainyard.zsh; print re''ady'
zpty -r terminal seen '*ready*'
zpty -wn terminal $'${typed}\\t'
zpty -r terminal seen '*${completed}*' && print completed
zpty -d terminal`;
    const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'completed\n', stderr: '' });
  });
});

describe('fish', () => {
  needs('fish');
  it('completes a command, an option and a recipe', async () => {
    writeFileSync(join(folder, 'trainyard.fish'), (await trainyard('completion', 'fish')).stdout);
    const offered = (line: string) => {
      const { status, stdout, stderr } = shell('fish', `source ./trainyard.fish; complete -C '${line}'`);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return stdout.split('\n').map((each) => each.split('\t')[0]);
    };
    expect(offered('trainyard ex')).toContain('export');
    expect(offered('trainyard train --ep')).toContain('--epochs');
    expect(offered('trainyard train conv')).toContain('conv-mnist');
  });
});

it('is for the shell that SHELL names', async () => {
  const { SHELL } = process.env;
  try {
    process.env.SHELL = '/usr/bin/fish';
    expect((await trainyard('completion')).stdout).toMatch(/^# Completion of trainyard for fish/);
    process.env.SHELL = '';
    expect(await trainyard('completion')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Name the shell'),
    });
  } finally {
    process.env.SHELL = SHELL;
  }
});

it('every script names every command and the options of each', async () => {
  const bash = await trainyard('completion', 'bash');
  const zsh = await trainyard('completion', 'zsh');
  const fish = await trainyard('completion', 'fish');
  for (const { name } of commands) {
    expect(bash.stdout).toContain(`\n    ${name}) options=`);
    expect(zsh.stdout).toContain(`\n    ${name}) _arguments '--help`);
    expect(fish.stdout).toContain(` -f -a ${name} -d `);
  }
});
