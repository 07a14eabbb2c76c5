// Takes models that are sent into the repository: each is checked first, and becomes a new version; none is replaced.
import type { Card } from '../../models/card.ts';
import { readDefaultModel, writeDefaultModel } from '../../models/default-model.ts';
import { MODEL_NAME } from '../../models/list-models.ts';
import { addModel, type ModelFile } from '../../models/repository.ts';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { startProcess } from '../../setup/modules/start.mjs';
import type { Engine } from '../engine/index.ts';
import { newest } from '../engine/models.ts';
import { Refusal } from '../refusal.ts';
import type { CheckAnswer, CheckTask } from './check-process.ts';

const ENTRY = moduleBeside('./check-process', import.meta.url);

/** What a taker needs of the engine. */
type Served = Pick<Engine, 'models' | 'absent' | 'defaultModel' | 'look'>;

/** @returns the version that it became. */
export type TakeModel = (name: string, bytes: Uint8Array) => Promise<ModelFile>;

/** Characters of a name: it is the name of a folder. */
const LONGEST_NAME = 100;

/** Milliseconds for which one model is checked: others that are sent wait. */
const PATIENCE = 60_000;

/** One model at a time: each is checked with much memory. */
export function createTaker(repository: string, engine: Served, patience = PATIENCE): TakeModel {
  let last: Promise<unknown> = Promise.resolve();
  return (name, bytes) => {
    const mine = last.then(() => take(repository, engine, name, bytes, patience));
    last = mine.catch(() => {}); // whoever sent it is told
    return mine;
  };
}

/**
 * @throws Refusal 400 for what cannot be a name, 422 for a file that does not hold, 409 for one whose labels are not those of
 * the versions that are there.
 */
async function take(
  repository: string,
  engine: Served,
  name: string,
  bytes: Uint8Array,
  patience: number,
): Promise<ModelFile> {
  if (!MODEL_NAME.test(name) || name.length > LONGEST_NAME)
    throw new Refusal(
      400,
      `model name: received ${JSON.stringify(name)}, expected up to ${LONGEST_NAME} letters, digits, ".", "-" or "_", starting with a letter or digit`,
    );
  const { labels } = await checkInProcess(bytes, { name, patience });
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

/** @throws Refusal 422 for a file that does not hold, or at which the process that checks it ends. */
async function checkInProcess(bytes: Uint8Array, task: CheckTask): Promise<Card> {
  const child = startProcess(ENTRY, task, bytes);
  const answer = await new Promise<CheckAnswer | CheckFailure>((resolve, reject) => {
    child.once('message', resolve).once('error', reject);
    child.once('exit', (code, signal) =>
      reject(
        signal === null
          ? new Error(`the process that checks a model ended with ${code}`)
          : new Refusal(
              422,
              `${NOT_TAKEN}the process that checked it was ended by ${signal}, which is SIGKILL after ${task.patience / 1000} s, or where there is no memory for it`,
            ),
      ),
    );
  });
  if ('card' in answer) return answer.card;
  if (answer.isForUser) throw new Refusal(422, NOT_TAKEN + answer.error);
  throw new Error(answer.error);
}

/** What `work` throws, as it arrives. */
interface CheckFailure {
  readonly error: string;
  readonly isForUser: boolean;
}

const NOT_TAKEN = 'the model was not taken: ';
