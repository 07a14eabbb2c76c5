// The passes over the ONNX graph, in the order in which they run; each leaves the model's answers as they are.
import type { GraphProto } from '../../models/onnx/schema.ts';
import { mergeReshapes, mergeTransposes } from './chains.ts';
import { mergeClips } from './clips.ts';
import { removeDead } from './dead.ts';
import { removeIdentities } from './identities.ts';

/** Maps a graph to one that answers the same. */
export type Pass = (graph: GraphProto) => GraphProto;

/** By name. Chains are merged first, which leaves identities; what nobody uses any more goes last. */
export const passes: Readonly<Record<string, Pass>> = {
  mergeClips,
  mergeReshapes,
  mergeTransposes,
  removeIdentities,
  removeDead,
};

export function runPasses(graph: GraphProto, chosen = passes): GraphProto {
  return Object.values(chosen).reduce((current, pass) => pass(current), graph);
}
