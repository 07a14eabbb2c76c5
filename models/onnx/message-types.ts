// What protobuf's messages have in them, read from the lines of a `.proto` file.

export interface Field {
  readonly name: string;
  /** Its number on the wire. */
  readonly id: number;
  /** A scalar of protobuf, or the name of a message. */
  readonly type: string;
  readonly rule: 'optional' | 'required' | 'repeated';
  /** Whether its values are written one after another, without tags. */
  readonly packed: boolean;
}

export interface MessageType {
  readonly name: string;
  /** In the order of their numbers. */
  readonly fields: readonly Field[];
}

const MESSAGE = /message (\w+) \{([^}]*)\}/g;

const FIELD = /(optional|required|repeated) (\w+) (\w+) = (\d+)( \[packed = true\])?;/g;

/** The messages of a file in version 2 of the syntax, without `oneof`, groups, maps and options, by their names. */
export function messageTypes(proto: string): Map<string, MessageType> {
  const types = new Map<string, MessageType>();
  for (const [, name = '', body = ''] of proto.matchAll(MESSAGE)) {
    const fields = [...body.matchAll(FIELD)].map(
      ([, rule = '', type = '', field = '', id, packed]): Field => {
        return { name: field, id: Number(id), type, rule: ruleOf(rule), packed: packed !== undefined };
      },
    );
    types.set(name, { name, fields: fields.sort((a, b) => a.id - b.id) });
  }
  return types;
}

function ruleOf(text: string): Field['rule'] {
  return text === 'required' || text === 'repeated' ? text : 'optional';
}
