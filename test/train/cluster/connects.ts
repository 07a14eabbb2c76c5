// Whether something listens at an address, and the addresses of this machine at which others reach it.
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Whether a connection is made within 1 s: packets that are dropped are never answered. */
export function connects(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1000 });
    const end = (made: boolean) => {
      socket.destroy();
      resolve(made);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/** Addresses at which other machines reach this one; none where it has no network. */
export function otherAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  return all.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address);
}
