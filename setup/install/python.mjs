// Finds a Python that TensorFlow's wheels are made for and that can make a virtual environment.
import { spawnSync } from 'node:child_process';
import { command } from '../invocation.mjs';
import { which } from '../machine/system.mjs';

/** Minor versions of Python 3 with TensorFlow 2.21 wheels, best first: tf2onnx's NumPy 1.26 ends at 3.12. */
export const supportedMinors = [12, 11, 10, 13];

const probe = `
import json, sys
try:
    import ensurepip, venv
    able = True
except ImportError:
    able = False
print(json.dumps({"version": list(sys.version_info[:3]), "executable": sys.executable, "able": able}))
`;

/** @typedef {{ executable: string, version: string }} Python */

/**
 * The best Python on this machine. `TRAINYARD_PYTHON` names one to use instead.
 * @returns {Python | import('../machine/system.mjs').Need}
 */
export function findPython() {
  const chosen = process.env.TRAINYARD_PYTHON;
  const names = chosen
    ? [chosen]
    : [...supportedMinors.map((minor) => `python3.${minor}`), 'python3', 'python'];
  const found = names.flatMap((name) => inspect(name) ?? []);
  const suitable = found.filter(({ major, minor }) => major === 3 && supportedMinors.includes(minor));
  const best = suitable.find(({ able }) => able);
  if (best) return { executable: best.executable, version: best.version };

  const wanted = `Python ${supportedVersions()}`;
  if (chosen && found.length === 0) {
    return { problem: `TRAINYARD_PYTHON=${chosen} is no Python that runs.`, remedy: `Name one: ${wanted}.` };
  }
  const [first] = suitable;
  if (first) {
    return {
      problem: `Python ${first.version} (${first.executable}) lacks the venv module (ensurepip).`,
      install: ['python'],
    };
  }
  const [other] = found;
  if (other) {
    return {
      problem: `Training needs ${wanted}; found Python ${other.version} (${other.executable}).`,
      remedy: `Install one of these beside it, or name one: TRAINYARD_PYTHON=/path/to/python3.12 ${command('setup')}`,
    };
  }
  return { problem: `Training needs ${wanted}; there is none on the PATH.`, install: ['python'] };
}

function supportedVersions() {
  const minors = [...supportedMinors].sort((a, b) => a - b).map((minor) => `3.${minor}`);
  return `${minors.slice(0, -1).join(', ')} or ${minors.at(-1)}`;
}

/** @param {string} name a name on the PATH, or a path */
function inspect(name) {
  if (!name.includes('/') && !which(name)) return undefined;
  const { stdout, status } = spawnSync(name, ['-c', probe], { encoding: 'utf8' });
  if (status !== 0) return undefined; // pyenv's shims, for one, exist for versions that are not chosen
  const { version, executable, able } = JSON.parse(stdout);
  const [major, minor] = version;
  return { major, minor, version: version.join('.'), executable, able };
}
