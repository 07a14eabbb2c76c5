// What kind of object a value is, also when it comes from another window, whose classes are not this one's.

/** Name of the class of a built-in object: `File`, `ImageData`, `ArrayBuffer`. */
function nameOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

export function isBlob(value: unknown): value is Blob {
  return ['Blob', 'File'].includes(nameOf(value));
}

export function isUrl(value: unknown): value is URL {
  return nameOf(value) === 'URL';
}

export function isImageData(value: unknown): value is ImageData {
  return nameOf(value) === 'ImageData';
}

/** Whether it is a file's bytes. */
export function isBytes(value: unknown): value is ArrayBuffer | Uint8Array {
  return ['ArrayBuffer', 'Uint8Array'].includes(nameOf(value));
}
