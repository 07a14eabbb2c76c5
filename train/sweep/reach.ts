// Whether anything listens at the address of a Ray cluster: Ray itself would try for minutes.
import { connect } from 'node:net';
import { messageOf, UserError } from '../../models/errors.ts';

/** Milliseconds. */
const PATIENCE = 10_000;

/** @throws UserError where nothing answers at `address`, such as `ray://head:10001` */
export async function checkReachable(address: string): Promise<void> {
  const { hostname, port } = new URL(address.replace(/^ray:/, 'http:'));
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 80),
    timeout: PATIENCE,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket
        .once('connect', resolve)
        .once('error', reject)
        .once('timeout', () => reject(new Error(`no answer within ${PATIENCE / 1000} s`)));
    });
  } catch (error) {
    throw new UserError(
      `Nothing answers at ${address} (${messageOf(error)}). The head of the cluster listens there after: ray start --head --ray-client-server-port ${port || 80}`,
    );
  } finally {
    socket.destroy();
  }
}
