// Traces by OpenTelemetry's own packages, sent as OTLP by HTTP. Nothing of it is global: an app's own traces are left alone.
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { messageOf } from '../../models/errors.ts';
import { version } from '../../setup/paths.mjs';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { FinishedRequest, TracedPicture, Tracing } from './traced-request.ts';

/** Pictures of a request that have spans of their own; all are counted. */
const MOST_PICTURES = 8;

/** Milliseconds that the last spans get to be sent when the server ends. */
const PATIENCE = 2_000;

/** Requests that come all the time and say nothing. */
const PROBES = new Set(['/healthz', '/readyz', '/metrics', '/v2/health/live', '/v2/health/ready']);

/** Where to, which of them, and with which attributes, is said by the variables of OpenTelemetry. */
export function createTracing(log: Log): Tracing {
  const own = resourceFromAttributes({ 'service.name': 'trainyard', 'service.version': version });
  const provider = new BasicTracerProvider({
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(tellingFailures(new OTLPTraceExporter(), log))],
  });
  const tracer = provider.getTracer('trainyard', version);
  const propagator = new W3CTraceContextPropagator();

  return {
    record(request) {
      const parent = propagator.extract(ROOT_CONTEXT, request.header, {
        get: (header, name) => header(name),
        keys: () => ['traceparent', 'tracestate'],
      });
      if (PROBES.has(request.route)) return trace.getSpanContext(parent)?.traceId ?? '';
      return recordRequest(tracer, parent, request);
    },
    async close() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE).unref());
      await Promise.race([provider.shutdown().catch(() => {}), late]);
    },
  };
}

/** @returns the id of the trace. Reference: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server. */
function recordRequest(tracer: Tracer, parent: Context, request: FinishedRequest): string {
  const { method, route, status, start, end, received, pictures, errors } = request;
  const span = tracer.startSpan(
    `${method} ${route}`,
    {
      kind: SpanKind.SERVER,
      startTime: epochOf(start),
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'url.path': request.path,
        'url.scheme': request.protocol,
        'http.response.status_code': status,
        ...(request.address !== undefined && { 'client.address': request.address }),
        ...(status >= 500 && { 'error.type': String(status) }),
        'trainyard.request_id': request.id,
        ...(request.key !== undefined && { 'trainyard.key': request.key }),
        ...(received !== undefined && { 'trainyard.pictures': received.pictures }),
      },
    },
    parent,
  );
  if (span.isRecording()) {
    const within = trace.setSpan(parent, span);
    if (received !== undefined) addSpan(tracer, within, 'receive', start, received.at);
    for (const picture of pictures.slice(0, MOST_PICTURES)) recordPicture(tracer, within, picture);
    for (const error of errors) span.recordException(exceptionOf(error), epochOf(end));
    if (status >= 500)
      span.setStatus({ code: SpanStatusCode.ERROR, message: errors.map(messageOf).join('; ') });
  }
  span.end(epochOf(end));
  return span.spanContext().traceId;
}

/** The stages of a picture, back from its end. All of its waiting is one stage, the first. */
function recordPicture(tracer: Tracer, within: Context, picture: TracedPicture): void {
  const { model, version, timings, batch, at } = picture;
  const attributes = { 'trainyard.model': model, 'trainyard.model_version': version };
  const runStart = at - timings.run;
  const prepareStart = runStart - timings.prepare;
  const decodeStart = prepareStart - timings.decode;
  addSpan(tracer, within, 'queue', decodeStart - timings.queue, decodeStart, attributes);
  addSpan(tracer, within, 'decode', decodeStart, prepareStart, attributes);
  addSpan(tracer, within, 'prepare', prepareStart, runStart, attributes);
  addSpan(tracer, within, 'run', runStart, at, { ...attributes, 'trainyard.batch_size': batch });
}

function addSpan(
  tracer: Tracer,
  within: Context,
  name: string,
  start: number,
  end: number,
  attributes: Record<string, string | number> = {},
): void {
  tracer.startSpan(name, { startTime: epochOf(start), attributes }, within).end(epochOf(end));
}

/** A refusal is no bug: where in the code it was thrown says nothing. */
function exceptionOf(error: unknown): Error | { readonly name: string; readonly message: string } {
  if (error instanceof Refusal) return { name: error.name, message: error.message };
  return error instanceof Error ? error : { name: 'Error', message: messageOf(error) };
}

/** Milliseconds since 1970 of a time by performance.now(). */
function epochOf(time: number): number {
  return performance.timeOrigin + time;
}

/** Says in the log that spans cannot be sent, until they can be again. */
function tellingFailures(exporter: SpanExporter, log: Log): SpanExporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== ExportResultCode.SUCCESS;
        if (failed && !failing) log(`traces cannot be sent: ${messageOf(result.error)}`, { level: 'warn' });
        failing = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
