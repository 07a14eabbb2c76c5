// Takes models that are sent into the repository: each is checked first, and becomes a new version; none is replaced.
import type { Card } from '../../models/card.ts';
import { readDefaultModel, writeDefaultModel } from '../../models/default-model.ts';
import { MODEL_NAME } from '../../models/list-models.ts';
import { addModel, type ModelFile } from '../../models/repository.ts';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { startThread } from '../../setup/modules/start.mjs';
import type { Engine } from '../engine/index.ts';
import { newest } from '../engine/models.ts';
import { Refusal } from '../refusal.ts';
import type { CheckAnswer, CheckTask } from './check-thread.ts';

const ENTRY = moduleBeside('./check-thread', import.meta.url);

/** What a taker needs of the engine. */
type Served = Pick<Engine, 'models' | 'absent' | 'defaultModel' | 'look'>;

/** @returns the version that it became. */
export type TakeModel = (name: string, bytes: Uint8Array) => Promise<ModelFile>;

/** Characters of a name: it is the name of a folder. */
const LONGEST_NAME = 100;

/** One model at a time: each is checked with much memory. */
export function createTaker(repository: string, engine: Served): TakeModel {
  let last: Promise<unknown> = Promise.resolve();
  return (name, bytes) => {
    const mine = last.then(() => take(repository, engine, name, bytes));
    last = mine.catch(() => {}); // whoever sent it is told
    return mine;
  };
}

/**
 * @throws Refusal 400 for what cannot be a name, 422 for a file that does not hold, 409 for one whose labels are not those of
 * the versions that are there.
 */
async function take(repository: string, engine: Served, name: string, bytes: Uint8Array): Promise<ModelFile> {
  if (!MODEL_NAME.test(name) || name.length > LONGEST_NAME)
    throw new Refusal(
      400,
      `model name: received ${JSON.stringify(name)}, expected up to ${LONGEST_NAME} letters, digits, ".", "-" or "_", starting with a letter or digit`,
    );
  const { labels } = await checkInThread({ name, bytes });
  const there = newest(engine.models()).find((model) => model.name === name);
  if (there === undefined && engine.absent().some((each) => each.name === name))
    throw new Refusal(409, `there is a model "${name}" here that cannot be used now: give it another name`);
  if (there !== undefined && there.card.labels.join('\n') !== labels.join('\n'))
    throw new Refusal(
      409,
      `"${name}" is here already, and has other labels (${there.card.labels.join(', ')}): give it another name`,
    );
  await keepDefault(repository, engine);
  const taken = await addModel(repository, name, bytes);
  // What is new is read when two looks find it the same.
  await engine.look();
  await engine.look();
  return taken;
}

/** A model that is sent never becomes the one that answers when none is named: the one that does now is written down. */
async function keepDefault(repository: string, engine: Served): Promise<void> {
  const now = engine.defaultModel()?.name;
  if (now !== undefined && (await readDefaultModel(repository)) === undefined)
    await writeDefaultModel(repository, now);
}

/** @throws Refusal 422 for a file that does not hold. */
async function checkInThread(check: CheckTask): Promise<Card> {
  const thread = startThread(ENTRY, { check });
  const answer = await new Promise<CheckAnswer>((resolve, reject) => {
    thread.once('message', resolve).once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the thread that checks a model ended with ${code}`)));
  });
  if ('card' in answer) return answer.card;
  if (answer.isForUser) throw new Refusal(422, `the model was not taken: ${answer.error}`);
  throw new Error(answer.error);
}
