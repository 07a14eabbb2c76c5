// Whether there is anything at the path of a folder of pictures.
import { existsSync } from 'node:fs';
import { UserError } from '../../../models/errors.ts';

/** @throws UserError where there is nothing at `path`, with what is expected */
export function checkThere(path: string): void {
  if (!existsSync(path))
    throw new UserError(
      `There is nothing at ${path}: expected a folder of pictures, a table (CSV), a Parquet file, or a ZIP archive of such a folder.`,
    );
}
