// What a function leaves in TensorFlow: tfjs counts only the tensors that it has made itself.
import { type Binding, backend } from '../../../train/graph/tensorflow.ts';

/** Ids of the tensors that `body` made by the backend's binding and has not deleted. */
export const tensorsLeft = (body: () => void): number[] => tensorsHeld(body).left;

/** The same, and how many there were at most, the last time that there were any. */
export function tensorsHeld(body: () => void): { left: number[]; most: number } {
  const { binding } = backend;
  const left = new Set<number>();
  let [most, now] = [0, 0];
  const watched: Pick<Binding, 'createTensor' | 'executeOp' | 'deleteTensor'> = {
    createTensor(...all) {
      const id = binding.createTensor(...all);
      left.add(id);
      return id;
    },
    executeOp(...all) {
      const made = binding.executeOp(...all);
      for (const { id } of made) left.add(id);
      now = Math.max(now, left.size);
      return made;
    },
    deleteTensor(id) {
      left.delete(id);
      if (left.size === 0) [most, now] = [now, 0];
      binding.deleteTensor(id);
    },
  };
  backend.binding = Object.create(
    binding,
    Object.fromEntries(Object.entries(watched).map(([name, value]) => [name, { value }])),
  );
  try {
    body();
  } finally {
    backend.binding = binding;
  }
  return { left: [...left], most };
}
