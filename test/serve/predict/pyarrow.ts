// Parquet files as pyarrow reads them.
import { execFileSync } from 'node:child_process';
import { hasEnvironment, pythonOf } from '../../../setup/install/python-environments.mjs';

/** It comes with Ray. */
export const hasPyarrow = hasEnvironment('ray');

/** Why tests are skipped without it. */
export const noPyarrow = 'there is no pyarrow, which comes with Ray: node setup/main.mjs --for ci';

/** Columns by name, and their types, as pyarrow has them. */
export function byPyarrow(path: string): { types: string[]; rows: Record<string, unknown>[] } {
  const script = `
import json, sys, pyarrow.parquet as parquet
table = parquet.read_table(sys.argv[1])
print(json.dumps({'types': [f'{one.name} {one.type}' for one in table.schema], 'rows': table.to_pylist()}))
`;
  return JSON.parse(
    execFileSync(pythonOf('ray'), ['-c', script, path], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
  );
}
