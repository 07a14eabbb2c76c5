// What the stand-ins share: a record of their calls, and failures on request (FAKE_FAIL, FAKE_HANG name a call).
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const hangMs = 20_000;

/** @param {string} call */
export function record(call) {
  appendFileSync(process.env.FAKE_CALLS ?? '', `${call}\n`);
}

/**
 * Fails or hangs if the test asks for it: FAKE_FAIL is `<call>: <message>`, FAKE_HANG is `<call>`, for
 * FAKE_HANG_MS milliseconds.
 * @param {string} call
 */
export async function misbehave(call) {
  const [, failing, message] = /^(.+?): (.+)$/.exec(process.env.FAKE_FAIL ?? '') ?? [];
  if (failing === call) {
    console.error(message);
    process.exit(1);
  }
  if (process.env.FAKE_HANG === call) await sleep(Number(process.env.FAKE_HANG_MS ?? hangMs));
}
