// The files beside a model in which its weights are.
import { mapTensors } from './every-tensor.ts';
import { isExternal } from './facts.ts';
import type { ModelProto } from './types.ts';

/** Paths from the model's folder, each once. They are as the file has them: one may lead out of that folder. */
export function externalLocations(model: ModelProto): string[] {
  const locations = new Set<string>();
  mapTensors(model, (tensor) => {
    const location = tensor.external_data?.find(({ key }) => key === 'location')?.value;
    if (isExternal(tensor) && location !== undefined) locations.add(location);
    return tensor;
  });
  return [...locations];
}
