// A socket on which the service manager listens already, and which stays open while the server starts again.
// Reference: sd_listen_fds(3), https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html.
import { UserError } from '../../models/errors.ts';

/** The first descriptor after standard error: SD_LISTEN_FDS_START. */
const FIRST = 3;

/**
 * The descriptor of the socket, where there is one.
 *
 * @param pid - of this process: what it inherited for another one is not its own.
 * @throws UserError when there are several sockets.
 */
export function inheritedSocket(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): number | undefined {
  if (environment.LISTEN_PID !== String(pid)) return undefined;
  const count = environment.LISTEN_FDS ?? '0';
  if (count === '0') return undefined;
  if (count === '1') return FIRST;
  throw new UserError(
    `LISTEN_FDS: received ${JSON.stringify(count)} sockets of the service manager, expected 1: give the socket unit one ListenStream, and put a proxy in front for more addresses`,
  );
}
