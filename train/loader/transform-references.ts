// Transforms as a worker thread can be told of them: a function cannot be sent to it, the address of its file can.
import { importSource } from '../../setup/modules/module.mjs';
import type { TransformDefinition } from '../augment/transform.ts';
import { transforms as builtIn } from '../augment/transforms.ts';
import { transformsOf } from '../project/exported.ts';
import { offerLibrary } from '../project/running-library.ts';

export interface TransformReference {
  readonly name: string;
  /** The file of which it is an export; a built-in transform has none. */
  readonly module?: string;
}

/** @throws Error for a transform of somebody's own that does not say in which file it is. */
export function referencesTo(transforms: readonly TransformDefinition[]): TransformReference[] {
  return transforms.map((transform) => {
    const { name, module } = transform;
    if (isBuiltIn(transform)) return { name };
    if (module === undefined)
      throw new Error(
        `The transform ${name} does not say in which file it is, and worker threads load it from there: give its definition \`module: import.meta.url\`.`,
      );
    return { name, module };
  });
}

/** The transforms again, in the worker. */
export async function loadTransforms(
  references: readonly TransformReference[],
): Promise<TransformDefinition[]> {
  return Promise.all(
    references.map(async ({ name, module }) => {
      const among: unknown[] = module === undefined ? [...builtIn] : await transformsIn(module);
      const found = among.filter(isTransform).find((each) => each.name === name);
      if (found === undefined) throw new Error(`${module} exports no transform called ${name}`);
      return found;
    }),
  );
}

/**
 * What a file that is not ours exports, and what the recipes among it name; one in TypeScript goes through the loader, since
 * nothing has compiled it.
 */
async function transformsIn(module: string): Promise<unknown[]> {
  await offerLibrary();
  const exported: Record<string, unknown> = await importSource(module);
  return [...Object.values(exported), ...transformsOf(await exported.default)];
}

function isBuiltIn(transform: TransformDefinition): boolean {
  return builtIn.some((each) => Object.is(each, transform));
}

function isTransform(value: unknown): value is TransformDefinition {
  return (
    typeof value === 'object' && value !== null && 'name' in value && 'apply' in value && 'isOn' in value
  );
}
