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
