// The script that looks inside of a model, and finds out what mattered: load-layers.ts loads it into a model's worker.
import { explainInput } from './explain.ts';
import { openInside } from './layers.ts';

globalThis.trainyardInside = { openInside, explainInput };
