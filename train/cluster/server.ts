// Joins this process to others: TensorFlow's own server, in whose sessions collective ops meet those of other tasks.
import koffi from 'koffi';
import protobuf from 'protobufjs';
import { UserError } from '../../models/errors.ts';
import { addonFile } from '../../setup/libraries/tensorflow-js.mjs';
import { requireTensorflow } from '../graph/tensorflow.ts';
import type { Place } from './addresses.ts';

// Field numbers: tensorflow/core/protobuf/{cluster,tensorflow_server,config}.proto.
const schema = protobuf.parse(
  `syntax = "proto3"; package tensorflow;
  message JobDef { string name = 1; map<int32, string> tasks = 2; }
  message ClusterDef { repeated JobDef job = 1; }
  message Experimental { string collective_group_leader = 1; }
  message RewriterConfig { bool disable_meta_optimizer = 19; }
  message GraphOptions { RewriterConfig rewrite_options = 10; }
  message ConfigProto { repeated string device_filters = 4; GraphOptions graph_options = 10; bool isolate_session_state = 15; Experimental experimental = 16; }
  message ServerDef { ClusterDef cluster = 1; string job_name = 2; int32 task_index = 3; ConfigProto default_session_config = 4; string protocol = 5; }`,
  { keepCase: true },
).root;

function encode(name: string, value: object): Buffer {
  const type = schema.lookupType(`tensorflow.${name}`);
  return Buffer.from(type.encode(type.fromObject(value)).finish());
}

/**
 * Starts TensorFlow's server at this task's address. It lives as long as the process: TensorFlow has no way to end it.
 * @returns a function that calls `open` so that the session which that opens is on the server
 * @throws UserError where the address cannot be listened at
 */
export function startServer({ addresses, task }: Place): <T>(open: () => T) => T {
  requireTensorflow();
  const config = {
    // A session sees its own task alone: tasks meet in collective ops and nowhere else.
    device_filters: [`/job:worker/task:${task}`],
    // Its variables are its own, as in a session of one process.
    isolate_session_state: true,
    // Which would add up the tasks' gradients in another order.
    graph_options: { rewrite_options: { disable_meta_optimizer: true } },
    experimental: { collective_group_leader: '/job:worker/replica:0/task:0' },
  };
  const definition = encode('ServerDef', {
    cluster: {
      job: [{ name: 'worker', tasks: Object.fromEntries(addresses.map((address, i) => [i, address])) }],
    },
    job_name: 'worker',
    task_index: task,
    default_session_config: config,
    protocol: 'grpc',
  });
  const addon = koffi.load(addonFile());
  const start = addon.func('int trainyard_start_server(const void*, size_t, void*, size_t)');
  const openSessions = addon.func('void trainyard_open_sessions(const void*, size_t)');
  const message = Buffer.alloc(4096);
  if (start(definition, definition.length, message, message.length) !== 0)
    throw new UserError(
      `Task ${task} cannot listen at ${addresses[task]}: ${message.toString('utf8', 0, message.indexOf(0))}. Is another program at that port, or is the address another machine's?`,
    );
  const session = encode('ConfigProto', config);
  return (open) => {
    openSessions(session, session.length);
    try {
      return open();
    } finally {
      openSessions(Buffer.alloc(0), 0);
    }
  };
}
