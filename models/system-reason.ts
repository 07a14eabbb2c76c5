// What the operating system says about a file, in words and without its path: for logs, and for answers to anybody.

/** Reference: errno(3). */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not read or write it',
  EPERM: 'this user may not read or write it',
  ENOENT: 'it is not there',
  ENOTDIR: 'a file is in the place of a folder',
  EISDIR: 'it is a folder, expected a file',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EROFS: 'it is on a disk that can only be read',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk has no more space for this user',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk does not work (EIO)',
  ESTALE: 'the network disk does not have it any more (ESTALE)',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB, which is the most that is read',
};

/** The code of an error of the operating system, such as `ENOENT`; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined;
  const code = String(error.code);
  return /^E[A-Z0-9]+$/.test(code) || code in reasons ? code : undefined;
}

/** Why a file cannot be used, such as `the disk is full`; undefined for an error that is not the operating system's. */
export function systemReason(error: unknown): string | undefined {
  const code = systemCode(error);
  return code === undefined ? undefined : (reasons[code] ?? `the system says ${code}`);
}
