// What the operating system says of a file or a folder, for the person who can change that.

/** Why a path cannot be used, by the code of the error (errno(3)), and what to do. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOTDIR', 'a file is there, and a folder was expected. Name a folder'],
  ['EISDIR', 'a folder is there, and a file was expected. Name a file'],
  ['EEXIST', 'something else is there already. Name another place'],
  ['ENAMETOOLONG', 'the name is too long. Name a shorter one'],
  ['ELOOP', 'its symbolic links lead in a circle. Name the place that is meant'],
  ['EACCES', 'this user may not use it. Name another place, or change who may'],
  ['EPERM', 'this user may not use it. Name another place, or change who may'],
  ['EROFS', 'it is on a disk that can only be read. Name another place'],
  ['ENOSPC', 'the disk is full. Free some space, and run the same command again'],
  ['EDQUOT', 'the disk has no more space for this user. Free some, and run the same command again'],
  [
    'EFBIG',
    'a file may not be that large here. Name a place on another disk, or raise the limit (ulimit -f)',
  ],
  ['EIO', 'the disk has failed. Look at its health, and run the same command again'],
]);

/** Of the disk, whatever the file is: the system says them of files that are open, too, whose path it does not name. */
const ofDisk: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'];

/** Such as below /proc, which is there and takes no folder. */
function isUnmade(error: Error & { code: unknown }): boolean {
  return error.code === 'ENOENT' && 'syscall' in error && error.syscall === 'mkdir';
}

/** The reason at the beginning of a sentence. */
function reasonOf(code: unknown): string {
  const reason = reasons.get(String(code)) ?? '';
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

/** The error in words; undefined for one that says nothing of a place that the user could change. */
export function systemErrorInWords(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined;
  if (!('path' in error))
    return ofDisk.includes(error.code) ? `${reasonOf(error.code)} (${error.message}).` : undefined;
  const reason = isUnmade(error)
    ? 'no folder can be made there. Name another place'
    : reasons.get(String(error.code));
  return reason === undefined ? undefined : `${error.path} cannot be used: ${reason} (${error.message}).`;
}
