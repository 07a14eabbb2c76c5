// The address of a Ray cluster, and whether anything listens there: Ray's own client would try for half a minute and more.
import { connect } from 'node:net';
import { SetupError } from '../errors.mjs';

/** Milliseconds. */
const PATIENCE = 10_000;

/**
 * Whether a text is such as `ray://head:10001` or `ray://[::1]:10001`.
 * @param {string} text
 */
export const isRayAddress = (text) => /^ray:\/\/(\[[^\]\s]+\]|[^[\]/\s:]+):\d+$/.test(text);

/**
 * @param {string} address such as `ray://head:10001`
 * @throws {SetupError} where nothing answers there
 */
export async function checkRayAnswers(address) {
  const { hostname, port } = new URL(address.replace(/^ray:/, 'http:'));
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 80), // which a URL leaves out
    timeout: PATIENCE,
  });
  try {
    await new Promise((resolve, reject) => {
      socket
        .once('connect', resolve)
        .once('error', reject)
        .once('timeout', () => reject(new Error(`no answer within ${PATIENCE / 1000} s`)));
    });
  } catch (error) {
    throw new SetupError(
      `Nothing answers at ${address} (${wordsOf(error)}). The head of the cluster listens there after: ray start --head --ray-client-server-port ${port || 80}`,
    );
  } finally {
    socket.destroy();
  }
}

/**
 * The error of a name with several addresses has no message of its own.
 * @param {any} error of a socket
 */
const wordsOf = ({ message, code }) => message || code;
