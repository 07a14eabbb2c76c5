// The files of a repository that belong to a model: those that say how it is used, and its weights outside of it.
import { externalLocations } from '../models/onnx/external-locations.ts';
import type { ModelProto } from '../models/onnx/types.ts';

/** The folder of a file, and the one above, since configurations are above `onnx/model.onnx`; each once. */
export function foldersOf(file: string): string[] {
  const folder = parentOf(file);
  return [...new Set([folder, parentOf(folder)])];
}

/** Paths of the files with a model's weights by their locations in it. One that leads out of its folder is refused where the model is read. */
export function weightFilesOf(model: ModelProto, file: string): Map<string, string> {
  const inside = externalLocations(model).filter((location) => !/\\|:|^\/|(^|\/)\.\.(\/|$)/.test(location));
  return new Map(inside.map((location) => [location, inFolder(parentOf(file), plain(location))]));
}

/** @param folder - `` is that of the repository. */
export function inFolder(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** Without `.` and empty parts. */
function plain(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}
