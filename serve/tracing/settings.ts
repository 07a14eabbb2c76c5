// Whether requests are traced: the variables of OpenTelemetry say so, which all programs share.
// Reference: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables.
import type { Log } from '../log.ts';
import type { Tracing } from './traced-request.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The SDK wants this version of the interface. */
const PACKAGES = ['api@1.9', 'core', 'exporter-trace-otlp-proto', 'resources', 'sdk-trace-base'];

/** The variable that asks for traces; undefined where none does. */
export function asksForTraces(environment: Environment): string | undefined {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined;
  if (environment.OTEL_TRACES_EXPORTER === 'none') return undefined;
  return ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'].find(
    (name) => (environment[name]?.trim() ?? '') !== '',
  );
}

/**
 * Traces requests where the environment asks for it. OpenTelemetry is loaded only then. Where it is not installed, the log
 * says what to install, and the server goes on without, as with an address that is none: the variable may be set for all programs of a cluster.
 */
export async function openTracing(environment: Environment, log: Log): Promise<Tracing | undefined> {
  const variable = asksForTraces(environment);
  if (variable === undefined) return undefined;
  const address = environment[variable]?.trim() ?? '';
  // OpenTelemetry would send to localhost, or nowhere, and say nothing: others of its exporters take host:port.
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    log(
      `${variable}: received ${JSON.stringify(address)}, expected an address such as http://127.0.0.1:4318; requests are not traced`,
      { level: 'error' },
    );
    return undefined;
  }
  const protocol = environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? environment.OTEL_EXPORTER_OTLP_PROTOCOL;
  if (protocol !== undefined && !['', 'http/protobuf'].includes(protocol))
    log(`traces are sent by http/protobuf, which is the only protocol here; received ${protocol}`, {
      level: 'warn',
    });
  try {
    const { createTracing } = await import('./open-telemetry.ts');
    log(`requests are traced (${variable})`);
    return createTracing(log);
  } catch (error) {
    if (!isMissing(error)) throw error;
    const names = PACKAGES.map((name) => `@opentelemetry/${name}`).join(' ');
    log(
      `${variable} is set, and requests are not traced, since OpenTelemetry is not installed. Install it: npm install ${names}; or set OTEL_SDK_DISABLED=true`,
      { level: 'error' },
    );
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') &&
    error.message.includes('@opentelemetry/')
  );
}
