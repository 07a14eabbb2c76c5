// Keeps other machines from a server whose tasks are all on this one: TensorFlow listens at every address of a machine,
// whatever it is told, and whoever reaches its port may run any op, such as those that read and write files.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isIP } from 'node:net';
import koffi from 'koffi';
import { hostOf } from './addresses.ts';

// Numbers of Linux: include/uapi/asm-generic/socket.h, include/uapi/linux/{bpf_common,filter}.h.
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const [LOAD_WORD, LOAD_BYTE, SHIFT_RIGHT, JUMP_IF_EQUAL, RETURN] = [0x20, 0x30, 0x74, 0x15, 0x06];
/** Where the header of IP begins. */
const IP = -0x100000;
const [ALL, NOTHING] = [0xffffffff, 0];

/** An instruction of a filter: after a jump, how many instructions are left out if it holds, and if not. */
const step = (code: number, k: number, jt = 0, jf = 0) => ({ code, jt, jf, k: k >>> 0 });

/** Lets packets pass that are sent to 127.0.0.0/8 or to ::1, the addresses at which no other machine's arrive. */
const FILTER = [
  step(LOAD_BYTE, IP),
  step(SHIFT_RIGHT, 4),
  step(JUMP_IF_EQUAL, 4, 0, 2),
  step(LOAD_BYTE, IP + 16),
  step(JUMP_IF_EQUAL, 127, 8, 9),
  step(LOAD_WORD, IP + 24),
  step(JUMP_IF_EQUAL, 0, 0, 7),
  step(LOAD_WORD, IP + 28),
  step(JUMP_IF_EQUAL, 0, 0, 5),
  step(LOAD_WORD, IP + 32),
  step(JUMP_IF_EQUAL, 0, 0, 3),
  step(LOAD_WORD, IP + 36),
  step(JUMP_IF_EQUAL, 1, 0, 1),
  step(RETURN, ALL),
  step(RETURN, NOTHING),
];

/** Whether an address `host:port` can be this machine's alone. Names but `localhost` are not looked up. */
export function isLocal(address: string): boolean {
  const host = hostOf(address);
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * From now on this process's sockets that listen at `port` take what is sent to the machine's own addresses 127.0.0.0/8 and
 * ::1, and nothing else.
 *
 * @returns whether there are such sockets and all of them do.
 */
export function keepLocal(port: number): boolean {
  const sockets = listeningAt(port);
  if (sockets.length === 0) return false;
  const filter = koffi.struct({ code: 'uint16_t', jt: 'uint8_t', jf: 'uint8_t', k: 'uint32_t' });
  const program = koffi.struct({ length: 'uint16_t', steps: koffi.pointer(filter) });
  const attach = koffi
    .load(null)
    .func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer(program), 'uint32_t']);
  const value = { length: FILTER.length, steps: FILTER };
  return sockets.every(
    (socket) => attach(socket, SOL_SOCKET, SO_ATTACH_FILTER, value, koffi.sizeof(program)) === 0,
  );
}

/** Descriptors of this process's sockets that listen at a port. */
function listeningAt(port: number): number[] {
  if (process.platform !== 'linux') return [];
  const listening = new Set(['tcp', 'tcp6'].flatMap((kind) => inodesAt(kind, port)));
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/self/fd/${descriptor}`))?.[1];
    return inode !== undefined && listening.has(inode) ? [Number(descriptor)] : [];
  });
}

/** Inodes of the sockets that listen at a port. Reference: proc_pid_net(5). */
function inodesAt(kind: string, port: number): string[] {
  const LISTENING = '0A';
  const table = `/proc/self/net/${kind}`;
  if (!existsSync(table)) return []; // a kernel without IPv6
  const [, ...lines] = readFileSync(table, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === LISTENING && parseInt(local.split(':')[1] ?? '', 16) === port && inode ? [inode] : [];
  });
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // the descriptor with which the folder was read
  }
}
