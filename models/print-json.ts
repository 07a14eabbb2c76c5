// What a command prints for programs, with --json: standard output holds nothing else then.
import { printableJson } from './printable.ts';

/** Prints a value as JSON, indented for people who look at it. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(value, 2)}\n`);
}

/** Prints a value on one line, of which there may be several: JSON lines. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${printableJson(value)}\n`);
}
