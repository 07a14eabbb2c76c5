# KServe's own REST client against a server. What its package imports beside this client (a cluster's API, gRPC, a
# server of its own) is stood in for, since it would be 200 MB of packages. Prints what it got as JSON.
import asyncio
import importlib.util
import json
import sys
import types
from unittest.mock import MagicMock

for name in ["cloudevents", "cloudevents.conversion", "cloudevents.http", "fastapi", "fastapi.responses"]:
    sys.modules[name] = MagicMock()
for name in ["grpc", "grpc._utilities", "pandas", "psutil"]:
    sys.modules[name] = MagicMock(__version__="99.0.0", first_version_is_lower=lambda *versions: False)
package = types.ModuleType("kserve")
package.__path__ = importlib.util.find_spec("kserve").submodule_search_locations
sys.modules["kserve"] = package

import httpx
import numpy as np
from kserve.inference_client import InferenceRESTClient, RESTConfig
from kserve.protocol.infer_type import InferInput, InferRequest, RequestedOutput

address = sys.argv[1]


async def main():
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    got = {
        "live": await client.is_server_live(address),
        "ready": await client.is_server_ready(address),
        "model_ready": [await client.is_model_ready(address, name) for name in ["colors", "none"]],
    }
    tensor = np.frombuffer(bytes(range(0, 240, 20)) * 2, np.uint8).reshape(2, 2, 2, 3)
    for binary in [True, False]:
        value = InferInput(name="image", shape=list(tensor.shape), datatype="UINT8")
        value.set_data_from_numpy(tensor, binary_data=binary)
        output = RequestedOutput("probabilities", {"binary_data": binary})
        request = InferRequest("colors", [value], request_id="eight", request_outputs=[output])
        response = await client.infer(address, request, model_name="colors")
        got[f"binary_{binary}"] = response.outputs[0].as_numpy().reshape(2, -1).tolist()
        got["id"] = response.id
    try:
        await client.infer(address, {"inputs": []}, model_name="colors")
    except httpx.HTTPStatusError as error:
        got["error"] = [error.response.status_code, str(error)]
    print(json.dumps(got))


asyncio.run(main())
