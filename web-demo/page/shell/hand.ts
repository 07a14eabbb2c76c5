// Gives a file to whoever looks at the page.

/** Milliseconds after which a browser has read a file that it was handed. */
const READ = 60_000;

/** Saves a file under a name, as a link for downloads does. */
export function hand(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ);
}
