// Exports a network from anywhere as a file of its own, once onnxruntime has answered as tfjs does.
import { UserError } from '../../models/errors.ts';
import { stateOf } from '../../train/graph/state.ts';
import { convert } from '../convert.ts';
import { writeModel } from '../files/write-model.ts';
import { ANSWER_TOLERANCE, compareNetwork, type NetworkComparison } from '../parity/compare-network.ts';
import { type Network, type NetworkOptions, traceNetwork } from '../trace/network.ts';
import type { Convert } from './export.ts';

export interface ExportedNetwork {
  /** The written files, the model first; large weights are in a second one. */
  readonly files: readonly string[];
  readonly comparison: NetworkComparison;
  readonly nodes: number;
}

export interface ExportNetworkOptions extends NetworkOptions {
  /** Converts the trace; by default our own exporter. */
  readonly convert?: Convert;
}

/**
 * Converts a network, by our own exporter unless told, compares the file with it at two sizes of its inputs, and writes it: whole or not at all. The
 * same network gives the same bytes.
 * @throws UserError for what cannot be exported, or when the file answers otherwise; then nothing is written.
 */
export async function exportNetwork(
  network: Network,
  path: string,
  { convert: converter = convert, ...options }: ExportNetworkOptions = {},
): Promise<ExportedNetwork> {
  const { name, outputs } = network;
  const model = await converter(traceNetwork(network), stateOf(network.variables), {
    name,
    outputs,
    ...options,
  });
  const found: NetworkComparison[] = [];
  const files = await writeModel(path, model, async (temporary) => {
    const comparison = await compareNetwork(network, temporary);
    found.push(comparison);
    if (!(comparison.largestDifference <= ANSWER_TOLERANCE)) throw failure(network.name, comparison);
  });
  const [comparison] = found;
  if (comparison === undefined) throw new Error('the file was not compared');
  return { files, comparison, nodes: model.graph.node.length };
}

function failure(name: string, { largestDifference, output }: NetworkComparison): UserError {
  return new UserError(
    `${name} was not exported: onnxruntime does not answer as tfjs does. The largest difference is ${largestDifference.toExponential(2)} (allowed: ${ANSWER_TOLERANCE.toExponential(0)} of 1 or of the value), in output ${output}. Nothing was written. If the model takes pictures of any size, try one: \`--size 224\`; otherwise this is a bug in export/.`,
  );
}
