// Exports a network from anywhere as a file of its own, once onnxruntime gives the same answers as tfjs.
import { UserError } from '../../models/errors.ts';
import { writeModel } from '../files/write-model.ts';
import { ANSWER_TOLERANCE, compareNetwork, type NetworkComparison } from '../parity/compare-network.ts';
import type { Network, NetworkOptions } from '../trace/network.ts';
import { type Convert, publish } from './index.ts';

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
 * Converts a network, compares the file with it at two sizes of its inputs, and writes it: whole or not at all. The
 * same network gives the same bytes.
 * @throws UserError for what cannot be exported, or when the file answers otherwise; then nothing is written.
 */
export function exportNetwork(
  network: Network,
  path: string,
  { convert, ...options }: ExportNetworkOptions = {},
): Promise<ExportedNetwork> {
  return publish<NetworkComparison, ExportedNetwork>({
    ...{ network, convert, options },
    async prove(model) {
      const comparison = await compareNetwork(network, model);
      if (comparison.largestDifference <= ANSWER_TOLERANCE) return comparison;
      throw failure(network.name, comparison);
    },
    async write(onnx, prove) {
      const found: NetworkComparison[] = [];
      const files = await writeModel(path, onnx, async (temporary) => {
        found.push(await prove(temporary));
      });
      const [comparison] = found;
      if (comparison === undefined) throw new Error('the file was not compared');
      return { files, comparison, nodes: onnx.graph.node.length };
    },
  });
}

function failure(name: string, { largestDifference, output }: NetworkComparison): UserError {
  return new UserError(
    `${name} was not exported: onnxruntime does not answer as tfjs does. The largest difference is ${largestDifference.toExponential(2)} (allowed: ${ANSWER_TOLERANCE.toExponential(0)} of 1 or of the value), in output ${output}. Nothing was written. If the model takes pictures of any size, try one: \`--size 224\`; otherwise this is a bug in export/.`,
  );
}
