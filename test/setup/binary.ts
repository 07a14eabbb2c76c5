// For which system a program or library was made, by the first bytes of its file.

/** Numbers of processors. References: ELF's e_machine, Mach-O's cputype, PE's Machine. */
const elf: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64' };
const machO: Readonly<Record<number, string>> = { 16777223: 'x64', 16777228: 'arm64' };
const pe: Readonly<Record<number, string>> = { 34404: 'x64', 43620: 'arm64' };

/** By Node's words, such as `darwin arm64`; undefined for a file that is none of the three formats. */
export function systemOf(head: Buffer): string | undefined {
  if (head.subarray(0, 4).toString('latin1') === '\x7fELF') return `linux ${elf[head.readUInt16LE(18)]}`;
  if (head.readUInt32LE(0) === 0xfeedfacf) return `darwin ${machO[head.readUInt32LE(4)]}`;
  if (head.subarray(0, 2).toString('latin1') === 'MZ') {
    const at = head.readUInt32LE(0x3c);
    return `win32 ${pe[head.readUInt16LE(at + 4)]}`;
  }
  return undefined;
}

/** LC_ID_DYLIB and LC_LOAD_DYLIB. Reference: mach-o/loader.h. */
const commands: Readonly<Record<number, 'name' | 'needs'>> = { 13: 'name', 12: 'needs' };

/** What a library of macOS is called, and what it loads. */
export function dylibNames(head: Buffer): { name: string | undefined; needs: string[] } {
  const found: { name: string | undefined; needs: string[] } = { name: undefined, needs: [] };
  const count = head.readUInt32LE(16);
  for (let i = 0, at = 32; i < count; i++, at += head.readUInt32LE(at + 4)) {
    const kind = commands[head.readUInt32LE(at)];
    if (kind === undefined) continue;
    const start = at + head.readUInt32LE(at + 8);
    const text = head.subarray(start, head.indexOf(0, start)).toString();
    if (kind === 'name') found.name = text;
    else found.needs.push(text);
  }
  return found;
}
