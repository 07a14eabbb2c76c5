// Adds the lines of a diff without line numbers: each goes behind what is shown before it, an import to the top.

/**
 * @param text - The file.
 * @param diff - What follows a space begins a line of the file, in this order; what follows a plus is added.
 * @throws Error when a line is not there.
 */
export function addLines(text: string, diff: string): string {
  const lines = text.split('\n');
  let at = lines.findIndex((line) => line.startsWith('import '));
  if (at < 0) at = 0;
  for (const shown of diff.split('\n').filter((line) => line !== '')) {
    const line = shown.slice(1);
    if (shown.startsWith('+')) lines.splice(at++, 0, line);
    else {
      const found = lines.findIndex((there, index) => index >= at && there.startsWith(line));
      if (found < 0) throw new Error(`there is no line that begins with: ${line}`);
      const rest = lines[found]?.slice(line.length) ?? '';
      lines.splice(found, 1, line, ...(rest === '' ? [] : [rest]));
      at = found + 1;
    }
  }
  return lines.join('\n');
}
