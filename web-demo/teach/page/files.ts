// Files that come to the page and go from it.
import { chosen, dropped, type Found } from './pictures.ts';

/** Listens to inputs, which can be used again for the same files, and to what is dropped anywhere. */
export function listenToFiles(
  inputs: readonly HTMLInputElement[],
  take: (found: readonly Found[]) => void,
): void {
  for (const input of inputs)
    input.addEventListener('change', () => {
      take(chosen(input.files ?? []));
      input.value = '';
    });
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    if (event.dataTransfer) void dropped(event.dataTransfer).then(take);
  });
}

/** Milliseconds after which a browser has read a file that it was handed. */
const READ = 60_000;

/** Gives a file to whoever looks at the page. */
export function hand(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ);
}
