// onnxruntime for Node, with its telemetry turned off: the one place that imports the package (a lint rule holds that).
import './without-telemetry.ts';

export * from 'onnxruntime-node';
