# Triton's own gRPC client against a server, and its HTTP client beside it: everything that a user of them would call.
# Prints what it got as JSON.
import json
import sys

import grpc
import numpy as np
import tritonclient.grpc as triton
import tritonclient.http as over_http
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tritonclient.utils import InferenceServerException

address, http_address, pictures = sys.argv[1], sys.argv[2], sys.argv[3:]
client = triton.InferenceServerClient(address)
web = over_http.InferenceServerClient(http_address)
got = {}

got["live"] = client.is_server_live()
got["ready"] = client.is_server_ready()
got["model_ready"] = [client.is_model_ready(*model) for model in [("colors",), ("colors", "1"), ("none",)]]
for name, ask in {
    "server": lambda c, **json: c.get_server_metadata(**json),
    "model": lambda c, **json: c.get_model_metadata("colors", **json),
}.items():
    got[name] = ask(client, as_json=True)
    got[f"{name}_http"] = ask(web)
got["index"] = client.get_model_repository_index(as_json=True)
health = health_pb2_grpc.HealthStub(grpc.insecure_channel(address))
got["health"] = [
    health.Check(health_pb2.HealthCheckRequest(service=service)).status
    for service in ["", "inference.GRPCInferenceService"]
]
try:
    health.Check(health_pb2.HealthCheckRequest(service="none"))
except grpc.RpcError as error:
    got["health_unknown"] = error.code().name

got["answered"] = {}
for name, call in {"configuration": client.get_model_config, "statistics": client.get_inference_statistics}.items():
    try:
        call("colors")
        got["answered"][name] = True
    except InferenceServerException as error:
        assert error.status() == "StatusCode.UNIMPLEMENTED", error
        got["answered"][name] = False

tensor = np.frombuffer(bytes(range(0, 240, 20)) * 2, np.uint8).reshape(2, 2, 2, 3)
files = np.array([open(path, "rb").read() for path in pictures], dtype=np.object_)


def image(library, array, datatype):
    value = library.InferInput("image", array.shape, datatype)
    value.set_data_from_numpy(array)
    return value


def both(array, datatype, output=None, name="probabilities", **options):
    """The bytes of an output, over gRPC and over HTTP."""
    answers = []
    for library, asked in [(triton, client), (over_http, web)]:
        outputs = None if output is None else [library.InferRequestedOutput(*output[0], **output[1])]
        result = asked.infer("colors", [image(library, array, datatype)], outputs=outputs, **options)
        answers.append(result.as_numpy(name))
    return answers


got["same"] = {}
for name, arguments in {
    "tensor": (tensor, "UINT8"),
    "files": (files, "BYTES"),
    "column": (files.reshape(-1, 1), "BYTES"),
    "classes": (files, "BYTES", (["probabilities"], {"class_count": 2})),
    "embedding": (files, "BYTES", (["embedding"], {}), "embedding"),
}.items():
    ours, http = both(*arguments)
    got["same"][name] = [str(ours.dtype), list(ours.shape), ours.tolist() == http.tolist() and ours.tobytes() != b""]
    if ours.dtype == np.float32:
        got["same"][name][2] = ours.tobytes() == http.tobytes()
got["probabilities"] = both(tensor, "UINT8")[0].tolist()

raw = [image(triton, tensor, "UINT8")]
for algorithm in ["gzip", "deflate"]:
    result = client.infer("colors", raw, compression_algorithm=algorithm)
    got[algorithm] = result.as_numpy("probabilities").tolist()
result = client.infer("colors", raw, request_id="seven", model_version="1")
response = result.get_response()
got["response"] = [response.id, response.model_name, response.model_version, len(response.raw_output_contents)]

# Contents by type instead of raw bytes, as KServe's own clients send them.
from tritonclient.grpc import service_pb2, service_pb2_grpc  # noqa: E402

stub = service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(address))


def typed(datatype, shape, **contents):
    given = service_pb2.InferTensorContents(**contents)
    one = service_pb2.ModelInferRequest.InferInputTensor(name="image", datatype=datatype, shape=shape, contents=given)
    answer = stub.ModelInfer(service_pb2.ModelInferRequest(model_name="colors", inputs=[one]))
    assert len(answer.raw_output_contents) == 0
    return np.array(answer.outputs[0].contents.fp32_contents, np.float32).reshape(answer.outputs[0].shape).tolist()


got["typed"] = typed("UINT8", [2, 2, 2, 3], uint_contents=tensor.flatten().tolist())
got["typed_files"] = typed("BYTES", [len(files)], bytes_contents=list(files))
got["files"] = both(files, "BYTES")[0].tolist()

mixed = np.array([b"none", files[0]], dtype=np.object_)
result = client.infer("colors", [image(triton, mixed, "BYTES")], parameters={"partial": True})
got["partial"] = [
    np.isnan(result.as_numpy("probabilities")).tolist(),
    result.get_response(as_json=True)["parameters"],
]

errors = {
    "model": lambda: client.infer("color", raw),
    "version": lambda: client.infer("colors", raw, model_version="9"),
    "no_version": lambda: client.infer("colors", raw, model_version="newest"),
    "shape": lambda: client.infer("colors", [image(triton, tensor[:, :1], "UINT8")]),
    "datatype": lambda: client.infer("colors", [image(triton, tensor.astype(np.float32), "FP32")]),
    "picture": lambda: client.infer("colors", [image(triton, mixed, "BYTES")]),
    "output": lambda: client.infer("colors", raw, outputs=[triton.InferRequestedOutput("logits")]),
    "load": lambda: client.load_model("colors"),
    "unknown": lambda: client.get_model_config("colors"),
    "non_ascii": lambda: client.infer("cölors 100%", raw),
}
got["errors"] = {}
for name, call in errors.items():
    try:
        call()
    except InferenceServerException as error:
        got["errors"][name] = [error.status(), error.message()]
print(json.dumps(got))
