// What `trainyard export` prints while it goes on: a line for each stage.

import { plainPercent } from '../../train/report/format.ts';
import type { ExportStage, WrittenModel } from '../publish/stages.ts';

/** Prints a stage, with its seconds where they mean something. */
export type Say = (stage: string, seconds: number | undefined, text: string) => void;

export const say: Say = (stage, seconds, text) => console.log(lineOf(stage, seconds, text));

export function sayStage(stage: ExportStage): void {
  console.log(stageLine(stage));
}

/** The line about a stage. */
export function stageLine(stage: ExportStage): string {
  return lineOf(stage.name, stage.seconds, stageInWords(stage));
}

function lineOf(...[stage, seconds, text]: Parameters<Say>): string {
  const time = seconds === undefined ? '       ' : `${seconds.toFixed(2).padStart(5)} s`;
  return `  ${stage.padEnd(9)}  ${time}  ${text}`;
}

function stageInWords(stage: ExportStage): string {
  switch (stage.name) {
    case 'traced':
      return `${stage.ops} TensorFlow ops`;
    case 'converted':
      return `${stage.nodes} ONNX nodes, opset ${stage.opset}, ${(stage.bytes / 1e6).toFixed(2)} MB`;
    case 'compared':
      return [
        `${stage.parity.n} ${stage.pictures}`,
        `largest difference ${stage.parity.maxProbabilityDifference.toExponential(1)}`,
        ...(stage.changes === undefined ? [] : [stage.changes]),
        ...(stage.accuracy === null ? [] : [`accuracy ${(stage.accuracy * 100).toFixed(2)} %`]),
        ...(stage.score === undefined ? [] : [stage.score]),
      ].join(', ');
    case 'novelty':
      return `says what it does not know: ${plainPercent(stage.falseAlarms)} of ${stage.n} ${stage.pictures} by mistake`;
    case 'written':
      return writtenInWords(stage.file);
  }
}

function writtenInWords({ name, version, path }: WrittenModel): string {
  return `${name}${version === undefined ? '' : ` version ${version}`}: ${path}`;
}
