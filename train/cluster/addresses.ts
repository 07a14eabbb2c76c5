// Who trains together: the addresses of all tasks and which of them this one is, from options or from TF_CONFIG.
import { isIP } from 'node:net';
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { wholeNumber } from '../../models/option-values.ts';

/** The tasks of a training by their addresses `host:port`, and the place of this one in that list. */
export interface Place {
  readonly addresses: readonly string[];
  readonly task: number;
}

/** As TensorFlow's tools write it: a chief, if there is one, is the first task. */
const configSchema = z.object({
  cluster: z.record(z.string(), z.array(z.string())),
  task: z.object({ type: z.string(), index: z.coerce.number().int().min(0) }),
});

/**
 * The place that options give, or TF_CONFIG where there are none; undefined for a training of this process alone.
 * @throws UserError for what is no list of addresses, or no task of it
 */
export function placeOf(
  { cluster, task }: { readonly cluster?: string | undefined; readonly task?: string | undefined },
  environment: NodeJS.ProcessEnv = process.env,
): Place | undefined {
  if (cluster === undefined) {
    if (task !== undefined)
      throw new UserError(
        `--task ${task} says which of several machines this is: give their addresses by --cluster host1:2222,host2:2222.`,
      );
    return environment.TF_CONFIG ? placeOfConfig(environment.TF_CONFIG) : undefined;
  }
  const addresses = checked(
    cluster.split(',').map((address) => address.trim()),
    '--cluster',
  );
  if (task === undefined)
    throw new UserError(
      `--cluster names ${addresses.length} tasks, and --task says which of them this machine is: a number from 0 to ${addresses.length - 1}, in the order of the addresses.`,
    );
  return { addresses, task: wholeNumber('task', task, 0, addresses.length - 1) };
}

function placeOfConfig(text: string): Place | undefined {
  const config = configSchema.safeParse(parsed(text));
  const wanted = `{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}`;
  if (!config.success)
    throw new UserError(`TF_CONFIG is ${text}, which is not what TensorFlow writes: expected ${wanted}.`);
  const { cluster, task } = config.data;
  const others = Object.keys(cluster).filter((job) => job !== 'chief' && job !== 'worker');
  if (others.length > 0)
    throw new UserError(
      `TF_CONFIG has tasks of the kind ${others.join(' and ')}, which this training does not know: all are workers, and the first one saves. Expected ${wanted}.`,
    );
  const { chief = [], worker = [] } = cluster;
  const own = (task.type === 'chief' ? chief : worker)[task.index];
  if (own === undefined || (task.type !== 'chief' && task.type !== 'worker'))
    throw new UserError(
      `TF_CONFIG says that this is ${task.type} ${task.index}, which is not in its cluster.`,
    );
  if (chief.length + worker.length === 1) return undefined;
  const addresses = checked([...chief, ...worker], 'TF_CONFIG');
  return { addresses, task: task.type === 'chief' ? task.index : chief.length + task.index };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checked(addresses: readonly string[], source: string): readonly string[] {
  const expected = 'expected host:port for each task, such as host1:2222,host2:2222';
  for (const address of addresses)
    if (portOf(address) === undefined) throw new UserError(`${source} has "${address}": ${expected}.`);
  const twice = addresses.find((address, i) => addresses.indexOf(address) !== i);
  if (twice !== undefined)
    throw new UserError(`${source} names ${twice} twice: each task has an address of its own.`);
  if (addresses.length < 2)
    throw new UserError(
      `${source} names one task alone: two are the fewest; leave it out to train on this machine.`,
    );
  return addresses;
}

function portOf(address: string): number | undefined {
  const [, , port] = /^(\[[\da-fA-F:.]+\]|[^\s:/@[\]]+):(\d{1,5})$/.exec(address) ?? [];
  return port !== undefined && Number(port) > 0 && Number(port) < 65_536 ? Number(port) : undefined;
}

/** The host of an address `host:port`; of IPv6 without brackets. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

/** Whether only machines of one's own network can be at `address`, as far as it says. Names are not looked up. */
export function isPrivate(address: string): boolean {
  const host = hostOf(address);
  if (isIP(host) === 4)
    return /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(
      host,
    );
  if (isIP(host) === 6) return /^(::1$|f[cd]|fe80)/i.test(host);
  return !host.includes('.') || /\.(local|internal|lan|home|svc|svc\.cluster\.local)$/.test(host);
}
