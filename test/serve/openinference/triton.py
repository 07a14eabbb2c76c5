# Triton's own HTTP client against a server: everything that a user of it would call. Prints what it got as JSON.
import json
import sys

import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

address, pictures = sys.argv[1], sys.argv[2:]
client = http.InferenceServerClient(address)
got = {}

got["live"] = client.is_server_live()
got["ready"] = client.is_server_ready()
got["model_ready"] = [client.is_model_ready("colors"), client.is_model_ready("colors", "1"), client.is_model_ready("none")]
got["server"] = client.get_server_metadata()
got["model"] = client.get_model_metadata("colors")
got["config"] = client.get_model_config("colors", "1")
got["index"] = client.get_model_repository_index()
client.unregister_system_shared_memory()
client.unregister_cuda_shared_memory()
got["shared"] = client.get_system_shared_memory_status()

tensor = np.frombuffer(bytes(range(0, 240, 20)) * 2, np.uint8).reshape(2, 2, 2, 3)


def image(array, datatype, binary=True):
    value = http.InferInput("image", array.shape, datatype)
    value.set_data_from_numpy(array, binary_data=binary)
    return value


def probabilities(result):
    return result.as_numpy("probabilities").tolist()


raw = [image(tensor, "UINT8")]
got["tensor"] = tensor.reshape(2, -1).tolist()
result = client.infer("colors", raw, request_id="seven")
got["id"] = result.get_response()["id"]
got["version"] = result.get_response()["model_version"]
got["binary"] = probabilities(result)
got["dtype"] = str(result.as_numpy("probabilities").dtype)
got["json"] = probabilities(client.infer("colors", [image(tensor, "UINT8", False)]))
wanted = [http.InferRequestedOutput("probabilities", binary_data=False)]
got["json_output"] = probabilities(client.infer("colors", raw, outputs=wanted, model_version="1"))
for algorithm in ["gzip", "deflate"]:
    got[algorithm] = probabilities(
        client.infer(
            "colors",
            raw,
            request_compression_algorithm=algorithm,
            response_compression_algorithm=algorithm,
        )
    )
got["async"] = probabilities(client.async_infer("colors", raw).get_result())

files = np.array([open(path, "rb").read() for path in pictures], dtype=np.object_)
got["files"] = probabilities(client.infer("colors", [image(files, "BYTES")]))
got["column"] = probabilities(client.infer("colors", [image(files.reshape(-1, 1), "BYTES")]))
for binary in [True, False]:
    classes = [http.InferRequestedOutput("probabilities", binary_data=binary, class_count=2)]
    result = client.infer("colors", [image(files, "BYTES")], outputs=classes).as_numpy("probabilities")
    got[f"classes_{binary}"] = [[x.decode() if isinstance(x, bytes) else x for x in row] for row in result]

mixed = np.array([b"none", files[0]], dtype=np.object_)
result = client.infer("colors", [image(mixed, "BYTES")], parameters={"partial": True})
got["partial"] = [np.isnan(result.as_numpy("probabilities")).tolist(), result.get_response()["parameters"]]
wanted = [http.InferRequestedOutput("probabilities", binary_data=False)]
result = client.infer("colors", [image(mixed, "BYTES")], outputs=wanted, parameters={"partial": True})
got["partial_json"] = np.isnan(result.as_numpy("probabilities").astype(np.float32)).tolist()

# The tensor's two rows are the same; the files are not.
seen = {}
for name, (array, datatype) in {"tensor": (tensor, "UINT8"), "mixed": (mixed, "BYTES"), "files": (files, "BYTES")}.items():
    for binary in [True, False]:
        outputs = [http.InferRequestedOutput("embedding", binary_data=binary), http.InferRequestedOutput("probabilities")]
        result = client.infer("colors", [image(array, datatype)], outputs=outputs, parameters={"partial": True})
        rows = result.as_numpy("embedding").astype(np.float32)
        seen[f"{name}_{binary}"] = np.where(np.isnan(rows), -1, rows).tolist()
got["embedding"] = seen

statistics = client.get_inference_statistics("colors")["model_stats"][0]
got["statistics"] = {key: statistics[key] for key in ["name", "version", "inference_count"]}

errors = {
    "model": lambda: client.infer("color", raw),
    "version": lambda: client.infer("colors", raw, model_version="9"),
    "shape": lambda: client.infer("colors", [image(tensor[:, :1], "UINT8")]),
    "datatype": lambda: client.infer("colors", [image(tensor.astype(np.float32), "FP32")]),
    "picture": lambda: client.infer("colors", [image(np.array([files[0], b"none"], dtype=np.object_), "BYTES")]),
    "classes": lambda: client.infer("colors", raw, outputs=[http.InferRequestedOutput("embedding", class_count=2)]),
    "output": lambda: client.infer("colors", raw, outputs=[http.InferRequestedOutput("logits")]),
    "load": lambda: client.load_model("colors"),
}
got["errors"] = {}
for name, call in errors.items():
    try:
        call()
    except InferenceServerException as error:
        got["errors"][name] = [error.status(), error.message()]
print(json.dumps(got))
