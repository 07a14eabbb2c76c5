// Exports a network from anywhere as a file of its own, once onnxruntime gives the same answers as tfjs.

import { roundUp } from '../../models/complete-card.ts';
import { UserError } from '../../models/errors.ts';
import { writeModel } from '../files/write-model.ts';
import { SIDES } from '../graph/size-advice.ts';
import { compareNetwork } from '../parity/compare-network.ts';
import type { NetworkComparison } from '../parity/network-comparison.ts';
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
  /**
   * How far an answer may be off, relative to 1 or to the value; if left out, 1e-5 or as far as rounding moves the
   * network's answers.
   */
  readonly tolerance?: number | undefined;
}

/**
 * Converts a network, compares the file with it at several sizes of its inputs, and writes it: whole or not at all. The
 * same network gives the same bytes.
 * @throws UserError for what cannot be exported, or when the file answers otherwise; then nothing is written.
 */
export function exportNetwork(
  network: Network,
  path: string,
  { convert, tolerance, ...options }: ExportNetworkOptions = {},
): Promise<ExportedNetwork> {
  return publish<NetworkComparison, ExportedNetwork>({
    ...{ network, convert, options },
    async prove(model, { graph }) {
      const comparison = await compareNetwork(network, model, graph, { tolerance });
      if (comparison.holds) return comparison;
      throw failure(network, comparison, tolerance);
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

function failure(
  { name, inputs: specs }: Network,
  { largestDifference, output, inputs, roundings }: NetworkComparison,
  tolerance: number | undefined,
): UserError {
  const allowed =
    tolerance === undefined
      ? `${roundings.toFixed(0)} times as far as rounding moves it`
      : `allowed by --tolerance: ${tolerance.toExponential(0)}`;
  const isOfAnySize = specs.some(({ shape }) => shape.some((size) => SIDES.has(String(size))));
  const wayOut =
    roundUp(largestDifference) < 1
      ? ` To write it all the same: \`--tolerance ${roundUp(largestDifference)}\`.`
      : '';
  return new UserError(
    `${name} was not exported: onnxruntime does not answer as tfjs does. The largest difference is ${largestDifference.toExponential(2)} of 1 or of the value (${allowed}), in output ${output}, with inputs of these kinds: ${inputs}. Nothing was written. ${isOfAnySize ? 'Try one size of pictures, `--size 224`; if that is refused, too, this' : 'This'} is a bug in export/.${wayOut}`,
  );
}
