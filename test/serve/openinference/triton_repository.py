# Triton's own client loads and unloads models. Prints what it got as JSON.
import importlib
import json
import sys

from tritonclient.utils import InferenceServerException

protocol, address = sys.argv[1:]
triton = importlib.import_module(f"tritonclient.{protocol}")
client = triton.InferenceServerClient(address)
options = {} if protocol == "http" else {"as_json": True}


def index():
    found = client.get_model_repository_index(**options)
    return sorted(
        [model["name"], model["version"], model["state"], model.get("reason", "")]
        for model in (found if protocol == "http" else found["models"])
    )


def refused(call):
    try:
        call()
    except InferenceServerException as error:
        return [error.status(), error.message()]


got = {"before": [client.is_model_ready("colors"), index()]}
client.unload_model("colors")
got["unloaded"] = [client.is_model_ready("colors"), client.is_model_ready("digits"), index()]
client.load_model("colors")
got["loaded"] = [client.is_model_ready("colors"), index()]
got["unknown"] = refused(lambda: client.load_model("color"))
got["override"] = refused(lambda: client.load_model("colors", config="{}"))
print(json.dumps(got))
