// The client behind proxies: its address, and the address under which it knows this server, out of headers that only trusted
// proxies may say.
import { BlockList, isIP } from 'node:net';

/** What trusted proxies say of a request; nothing but the address where none has sent it. */
export interface Forwarded {
  /** Of the client, or of the nearest to it that is known; undefined where there is no socket. */
  readonly address: string | undefined;
  readonly protocol?: 'http' | 'https' | undefined;
  /** With the port, where it is not the usual one. */
  readonly host?: string | undefined;
  /** What was taken off the beginning of the path, `/ai`. */
  readonly prefix?: string | undefined;
}

/**
 * @param remote - address of the socket's other end.
 * @param header - the value of a header of the request, by its name in lower case.
 */
export type ReadForwarded = (
  remote: string | undefined,
  header: (name: string) => string | undefined,
) => Forwarded;

/** One proxy's word about the request that it got. */
interface Hop {
  readonly address: string | undefined;
  readonly protocol?: string | undefined;
  readonly host?: string | undefined;
}

const NETWORK = /^([0-9A-Fa-f.:]+)(?:\/([0-9]{1,3}))?$/;
const HOST = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$/;
const PREFIX = /^(\/[A-Za-z0-9._~-]+)+$/;

/** Whether a text is an address or a network: `10.1.2.3`, `10.0.0.0/8`, `2001:db8::/32`. */
export function isNetwork(text: string): boolean {
  const [, address = '', length = '0'] = NETWORK.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(length) <= (version === 4 ? 32 : 128);
}

/**
 * Headers are read from the right: each proxy appends the address that it was asked from, and what is left of the first one
 * that is not trusted may be invented. `X-Forwarded-For` counts before `Forwarded`, which fewer proxies write, and others
 * pass on as the client sent it.
 * Reference: RFC 7239; https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For.
 *
 * @param proxies - addresses and networks for which `isNetwork` is true.
 */
export function createForwarded(proxies: readonly string[]): ReadForwarded {
  const trusted = new BlockList();
  for (const text of proxies) {
    const [, address = '', length] = NETWORK.exec(text) ?? [];
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (length === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(length), family);
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');

  return (remote, header) => {
    let address = remote === undefined ? undefined : ipOf(remote);
    if (address === undefined || !isTrusted(address)) return { address };
    const hops = hopsOf(header);
    let outermost: Hop | undefined;
    let depth = 0;
    while (depth < hops.length && isTrusted(address)) {
      outermost = hops.at(-1 - depth++);
      if (outermost?.address === undefined) break; // `unknown`, or a name that hides it
      address = outermost.address;
    }
    const said = (name: string) => {
      const values = splitList(header(name) ?? '');
      return values.at(-Math.min(Math.max(depth, 1), values.length));
    };
    const protocol = (outermost?.protocol ?? said('x-forwarded-proto'))?.toLowerCase();
    const host = outermost?.host ?? said('x-forwarded-host');
    const prefix = said('x-forwarded-prefix')?.replace(/\/$/, '');
    return {
      address,
      protocol: protocol === 'http' || protocol === 'https' ? protocol : undefined,
      host: host !== undefined && HOST.test(host) ? host : undefined,
      prefix: prefix !== undefined && PREFIX.test(prefix) ? prefix : undefined,
    };
  };
}

/** From the client's side to ours. */
function hopsOf(header: (name: string) => string | undefined): Hop[] {
  const list = header('x-forwarded-for');
  if (list !== undefined) return splitList(list).map((text) => ({ address: ipOf(text) }));
  return splitUnquoted(header('forwarded') ?? '', ',')
    .filter((element) => element.trim() !== '')
    .map((element) => {
      const pairs = new Map(splitUnquoted(element, ';').map(pairOf));
      return { address: ipOf(pairs.get('for') ?? ''), protocol: pairs.get('proto'), host: pairs.get('host') };
    });
}

/** `For="[2001:db8::1]:80"` as `for` and its value without quotes. */
function pairOf(text: string): [name: string, value: string] {
  const [name = '', ...rest] = text.split('=');
  const value = rest.join('=').trim();
  const bare = /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
  return [name.trim().toLowerCase(), bare];
}

/** An address without its port, brackets and zone, an IPv4 address as such; undefined when it is none. */
function ipOf(text: string): string | undefined {
  const [, bracketed, dotted] = /^\[([^\]]*)\](?::[0-9]+)?$|^([0-9.]+):[0-9]+$/.exec(text) ?? [];
  const [bare = ''] = (bracketed ?? dotted ?? text).split('%');
  const address = /^::ffff:([0-9.]+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(address) === 0 ? undefined : address;
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Splits at a character that is not within quotes, in which a backslash escapes. */
function splitUnquoted(text: string, separator: string): string[] {
  const parts: string[] = [];
  let [start, quoted] = [0, false];
  for (let i = 0; i < text.length; i++) {
    if (quoted && text[i] === '\\') i++;
    else if (text[i] === '"') quoted = !quoted;
    else if (text[i] === separator && !quoted) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}
