// Files that are chosen, dropped anywhere on the page, or pasted.

/** Listens to an input, which can be used again for the same file. */
export function listenToInput(input: HTMLInputElement, take: (file: File) => void): void {
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.value = '';
    if (file) take(file);
  });
}

/** Listens for what is dropped or pasted; while something hovers over the page, the page shows it. */
export function listenToPage(take: (file: File) => void): void {
  const { classList } = document.body;
  document.addEventListener('paste', (event) => {
    const file = event.clipboardData?.files[0];
    if (file) take(file);
  });
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    classList.add('dropping');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) classList.remove('dropping');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    classList.remove('dropping');
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
}
