// The script that looks inside of a model, which load-layers.ts loads into a model's worker.
import { openInside } from './layers.ts';

globalThis.trainyardOpenInside = openInside;
