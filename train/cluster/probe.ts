// Whether a task is there: its server greets whoever connects, which a process that is stopped or gone does not.
import { connect } from 'node:http2';

/** Whether a gRPC server at `address` (`host:port`) answers within `patience` milliseconds. */
export function answers(address: string, patience = 2000): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    const end = (answer: boolean) => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    };
    const timer = setTimeout(end, patience, false);
    session.once('remoteSettings', () => end(true));
    session.on('error', () => end(false));
    session.once('close', () => end(false));
  });
}

/** Those of `addresses` that do not answer within `patience` milliseconds, all asked at once. */
export async function silentOnes(addresses: readonly string[], patience?: number): Promise<string[]> {
  const there = await Promise.all(addresses.map((address) => answers(address, patience)));
  return addresses.filter((_, i) => !there[i]);
}
