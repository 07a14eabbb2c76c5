// Opens a session of onnxruntime; its errors are told apart: a model that it cannot run, or a browser that cannot run it.
import type { InferenceSession } from 'onnxruntime-web';
import { messageOf } from '../../models/errors.ts';
import { ModelError } from './errors.ts';

/** What onnxruntime says when it does not start at all, and what browsers say when they have no memory left. */
const notTheModel = /no available backend found|out of memory|bad_alloc|memory access|allocat|device.*lost/i;

/**
 * @param where - the backend, for the message.
 * @throws ModelError whose reason is `runtime` where no model would run, else `model`.
 */
export async function openSession(
  where: string,
  create: () => Promise<InferenceSession>,
): Promise<InferenceSession> {
  try {
    return await create();
  } catch (error) {
    const message = messageOf(error);
    const isRuntime = error instanceof RangeError || notTheModel.test(message);
    throw new ModelError(isRuntime ? 'runtime' : 'model', `${where}: ${message}`, { cause: error });
  }
}
