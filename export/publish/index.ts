// The way of every network to its file: traced, converted to ONNX, compared with what it was made of, and only then written.
import type { ModelProto } from '../../models/onnx/schema.ts';
import type { Graph } from '../../train/graph/graph.ts';
import type { State } from '../../train/graph/state.ts';
import { type ConvertOptions, convert } from '../convert.ts';
import type { ModelSource } from '../parity/session.ts';
import { type Network, type NetworkOptions, type TracedNetwork, traceNetwork } from '../trace/network.ts';
import { type ReportStage, stageReport } from './stages.ts';

/** Turns a traced graph and its weights into an ONNX model with the same inputs and the named outputs. */
export type Convert = (
  graph: Graph,
  state: State,
  options: ConvertOptions,
) => ModelProto | Promise<ModelProto>;

/** A network, its record, and the model that was made of it. */
export interface ConvertedNetwork extends TracedNetwork {
  readonly onnx: ModelProto;
}

/** How a network becomes a file: what differs from one kind of model to another. */
export interface Publication<Proof, Written> {
  readonly network: Network;
  /** Converts the record; by default our own exporter. */
  readonly convert?: Convert | undefined;
  readonly options: NetworkOptions;
  /** Compares a model with the network. @throws UserError when it answers otherwise. */
  readonly prove: (model: ModelSource, converted: ConvertedNetwork) => Promise<Proof>;
  /** Writes the model, whole or not at all, and only where `prove` does not throw. */
  readonly write: (onnx: ModelProto, prove: (model: ModelSource) => Promise<Proof>) => Promise<Written>;
}

/** @throws UserError for what cannot be exported, or when the file answers otherwise; then nothing is written. */
export async function publish<Proof, Written>(
  { network, convert: converter = convert, options, prove, write }: Publication<Proof, Written>,
  report: ReportStage = stageReport(),
): Promise<Written> {
  const { name, outputs } = network;
  const traced = traceNetwork(network);
  report({ name: 'traced', ops: traced.graph.nodes.filter(({ op }) => !OURS.has(op)).length });
  const onnx = await converter(traced.graph, traced.state, { name, outputs, ...options });
  return write(onnx, (model) => prove(model, { ...traced, onnx }));
}

/** Nodes of a traced graph that are no ops of TensorFlow's. */
const OURS = new Set(['Input', 'Variable', 'Const']);
