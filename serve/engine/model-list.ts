// A catalog of models that a program has read: they are opened once and stay as they are.
import { UserError } from '../../models/errors.ts';
import type { Catalog, CatalogOpening } from './catalog-types.ts';
import { defaultModel, type ServedModel, sessionKey } from './models.ts';

/** @param models - sorted by name, then version. */
export function createModelList(models: readonly ServedModel[], { open, swap }: CatalogOpening): Catalog {
  let opened: readonly ServedModel[] = [];
  /** Keys of models that a worker could not open again, and why. */
  const broken = new Map<string, string>();
  const suspects = new Set<string>();

  return {
    models: () => opened,
    absent: () => [],
    defaultModel: () => defaultModel(opened),
    /** @throws UserError for the first model that cannot be opened or is not as its card says. */
    async load() {
      for (const model of models) {
        const { reason } = await open(model);
        if (reason !== undefined) throw new UserError(reason);
      }
      opened = models;
      swap(models, []);
    },
    /** Tries those again that a worker could not open. */
    async look() {
      for (const model of models) {
        const key = sessionKey(model);
        if (!suspects.delete(key)) continue;
        const { reason } = await open(model);
        if (reason === undefined) broken.delete(key);
        else broken.set(key, reason);
      }
    },
    control: undefined,
    suspect: (key) => void suspects.add(key),
    whyBroken: (key) => broken.get(key),
  };
}
