# A collector of OpenTelemetry's protocol over HTTP, which prints what it gets: each request as a line of JSON, decoded by the
# messages that the project of OpenTelemetry publishes. The first line has its port.
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class Collector(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = ExportTraceServiceRequest()
        request.ParseFromString(self.body())
        line = {
            "path": self.path,
            "type": self.headers["content-type"] or "",
            "sent_by": self.headers["x-sent-by"],
            "spans": [as_dict(span) for r in request.resource_spans for s in r.scope_spans for span in s.spans],
            "resource": [attributes(r.resource.attributes) for r in request.resource_spans],
        }
        print(json.dumps(line), flush=True)
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def body(self):
        length = self.headers["content-length"]
        if length is not None:
            return self.rfile.read(int(length))
        chunks = []
        while size := int(self.rfile.readline(), 16):  # Transfer-Encoding: chunked
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def log_message(self, *_):
        pass


def attributes(pairs):
    return {pair.key: next(iter(MessageToDict(pair.value).values())) for pair in pairs}


def as_dict(span):
    return {
        "name": span.name,
        "kind": span.kind,
        "trace": span.trace_id.hex(),
        "span": span.span_id.hex(),
        "parent": span.parent_span_id.hex(),
        "state": span.trace_state,
        "start": span.start_time_unix_nano / 1e6,
        "end": span.end_time_unix_nano / 1e6,
        "attributes": attributes(span.attributes),
        "events": [{"name": event.name, **attributes(event.attributes)} for event in span.events],
        "status": {"code": span.status.code, "message": span.status.message},
    }


server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
print(json.dumps({"port": server.server_address[1]}), flush=True)
server.serve_forever()
