// Runs Python with the package of python/ as it stands in the checkout.
import { join } from 'node:path';
import { root } from '../../setup/paths.mjs';
import { python } from '../python.ts';

const imports = `
import base64, hashlib, json, pathlib, sys
sys.path.insert(0, ${JSON.stringify(join(root, 'python'))})
sys.dont_write_bytecode = True
import numpy as np
import trainyard_runtime
`;

/**
 * @param script - Python source; it finds `trainyard_runtime`, `np`, `json` and `pathlib`, and prints JSON.
 * @param input  - bytes on standard input.
 */
export function runtime(script: string, args: string[] = [], input?: Buffer): unknown {
  return JSON.parse(python(imports + script, args, input));
}
