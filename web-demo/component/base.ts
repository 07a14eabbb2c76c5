// What addresses are relative to: the page, or the worker that uses the module.

/** Address of the page, or of the script of a worker, which has no document; one made from a blob is in no folder. */
function baseAddress(): string {
  if (globalThis.document) return document.baseURI;
  return location.protocol === 'blob:' ? location.origin : location.href;
}

/**
 * A whole address.
 *
 * @throws TypeError for what is none.
 */
export function wholeAddress(source: string | URL): URL {
  return new URL(source, baseAddress());
}

/** Whether {@link wholeAddress} takes it. */
export function isAddress(source: string): boolean {
  return URL.canParse(source, baseAddress());
}
