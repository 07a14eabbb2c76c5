// The passes over the ONNX graph, in the order in which they run; each leaves the model's answers as they are.
import type { GraphProto } from '../../models/onnx/schema.ts';
import { mergeClips } from './clips.ts';
import { removeDead } from './dead.ts';
import { exactSigmoids } from './exact-sigmoids.ts';
import { mergeGelu } from './gelu.ts';
import { removeIdentities } from './identities.ts';
import { mergeReshapes, mergeTransposes } from './merge-reshapes.ts';
import { mergePads } from './pads.ts';
import { transposesFirst } from './transposes-first.ts';

/** Maps a graph to one that answers the same; it may use the operators of `opset`. */
export type Pass = (graph: GraphProto, opset: number) => GraphProto;

/** By name. Merging leaves identities and unused nodes behind, which are removed last. */
export const passes: Readonly<Record<string, Pass>> = {
  mergeClips,
  mergeGelu,
  exactSigmoids,
  mergeReshapes,
  mergeTransposes,
  transposesFirst,
  mergePads,
  removeIdentities,
  removeDead,
};

export function runPasses(graph: GraphProto, opset: number, chosen = passes): GraphProto {
  return Object.values(chosen).reduce((current, pass) => pass(current, opset), graph);
}
