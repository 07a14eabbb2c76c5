// Finds out whether the layers or nodes of a model.json can be put in an order in which each follows its inputs.

/** What each item needs, by name. */
type Needs = Map<string, string[]>;

/**
 * What is wrong with the order of a model, in a sentence; undefined when nothing is. tfjs itself would look for ever.
 * @param topology - The `modelTopology` of a model.json, not checked yet.
 */
export function findCycle(format: 'layers' | 'graph', topology: unknown): string | undefined {
  if (format === 'graph') return problemOf('node', needsOfNodes(topology));
  for (const config of configsIn(topology)) {
    const problem = problemOf('layer', needsOfLayers(config));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function needsOfNodes(topology: unknown): Needs {
  const needs: Needs = new Map();
  for (const node of list(field(topology, 'node'))) {
    const inputs = list(field(node, 'input')).map((input) => nodeName(String(input)));
    needs.set(String(field(node, 'name')), inputs);
  }
  return needs;
}

/** `a` for `a:1`, and for the control dependency `^a`. */
function nodeName(reference: string): string {
  return reference.replace(/^\^/, '').replace(/:\d+$/, '');
}

/** Every call of every layer needs the calls that its inputs come from; the calls of a layer are counted from 0. */
function needsOfLayers(config: unknown): Needs {
  const needs: Needs = new Map();
  for (const layer of list(field(config, 'layers'))) {
    const name = String(field(layer, 'name') ?? field(field(layer, 'config'), 'name'));
    const calls = list(field(layer, 'inbound_nodes') ?? field(layer, 'inboundNodes'));
    // A model is its own first call, made when it was put together.
    const first = Array.isArray(field(field(layer, 'config'), 'layers')) ? 1 : 0;
    if (calls.length === 0 || first === 1) needs.set(call(name, 0), []);
    calls.forEach((inputs, i) => {
      const from = list(inputs).filter((input) => typeof list(input)[0] === 'string');
      needs.set(
        call(name, first + i),
        from.map((input) => call(String(list(input)[0]), Number(list(input)[1] ?? 0))),
      );
    });
  }
  return needs;
}

function call(layer: string, index: number): string {
  return index === 0 ? layer : `${layer} (call ${index + 1})`;
}

/** Every configuration with layers inside a topology, however deep. */
function configsIn(topology: unknown): unknown[] {
  const found: unknown[] = [];
  const waiting: unknown[] = [topology];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && Array.isArray(field(value, 'layers'))) found.push(value);
    for (const inner of Object.values(value))
      if (typeof inner === 'object' && inner !== null) waiting.push(inner);
  }
  return found;
}

/** Takes items whose inputs are all known, as long as there are some; what is left over depends on itself. */
function problemOf(kind: string, needs: Needs): string | undefined {
  const users = new Map<string, string[]>();
  const missing = new Map<string, number>();
  for (const [name, inputs] of needs) {
    missing.set(name, inputs.length);
    for (const input of inputs) {
      if (!needs.has(input)) return `${kind} ${name} takes its input from ${input}, which is not there.`;
      users.set(input, [...(users.get(input) ?? []), name]);
    }
  }
  const ready = [...missing].filter(([, count]) => count === 0).map(([name]) => name);
  let done = 0;
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    done++;
    for (const user of users.get(name) ?? []) {
      const left = (missing.get(user) ?? 0) - 1;
      missing.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
  if (done === needs.size) return undefined;
  const circle = circleFrom([...missing].find(([, count]) => count > 0)?.[0] ?? '', needs, missing);
  return `its ${kind}s depend on each other in a circle: ${circle.join(' <- ')}. Loops cannot be exported; write them out.`;
}

/** Follows inputs that never became ready until one comes back. */
function circleFrom(start: string, needs: Needs, missing: ReadonlyMap<string, number>): string[] {
  const seen: string[] = [];
  for (let name = start; !seen.includes(name); ) {
    seen.push(name);
    name = needs.get(name)?.find((input) => (missing.get(input) ?? 0) > 0) ?? name;
    if (seen.includes(name)) return [...seen.slice(seen.indexOf(name)), name].slice(0, 8);
  }
  return seen;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
