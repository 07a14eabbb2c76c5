// Models of the Hugging Face Hub on this disk, laid out as Python's huggingface_hub does, so that the two can share a folder:
// `models--owner--name/snapshots/<commit>/<file>`, and in `refs/<revision>` the commit that it meant last.
// Reference: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { filesUnder, writeWhole } from '../setup/files/index.mjs';
import { type HubAddress, isCommit } from './address.ts';
import type { HubSettings } from './settings.ts';

/** Folder of the files of one commit; it may not be there. */
export function snapshotFolder({ cache }: HubSettings, { id }: HubAddress, commit: string): string {
  return join(modelFolder(cache, id), 'snapshots', commit);
}

/** The commit that a revision is, or meant when it was fetched last; undefined for one that never was. */
export function knownCommit({ cache }: HubSettings, { id, revision }: HubAddress): string | undefined {
  if (isCommit(revision)) return revision;
  const path = join(modelFolder(cache, id), 'refs', ...revision.split('/'));
  const commit = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  return isCommit(commit) ? commit : undefined;
}

/** Keeps what a revision means now. */
export function rememberCommit({ cache }: HubSettings, { id, revision }: HubAddress, commit: string): void {
  if (!isCommit(revision)) writeWhole(join(modelFolder(cache, id), 'refs', ...revision.split('/')), commit);
}

/** The files of a snapshot by their paths in the repository; one that is not whole yet has another name than its own. */
export function filesOfSnapshot(snapshot: string): string[] {
  return filesUnder(snapshot).map((path) => relative(snapshot, path).split(sep).join('/'));
}

function modelFolder(cache: string, id: string): string {
  return join(cache, `models--${id.replace('/', '--')}`);
}
