# Clients of gRPC that meet a server's limits, and one of KServe's. Prints what they got as JSON.
import json
import sys

import grpc
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from tritonclient.grpc import service_pb2, service_pb2_grpc

mode, address, *rest = sys.argv[1:]
channel = grpc.insecure_channel(address)


def kserve(method):
    """KServe's request has the name in the first field, and its response the name and whether it was done."""
    call = channel.unary_unary(
        f"/inference.GRPCInferenceService/RepositoryModel{method}",
        request_serializer=lambda name: b"\n" + bytes([len(name)]) + name.encode(),
        response_deserializer=bytes,
    )
    answer = call("colors")
    name = answer[2 : 2 + answer[1]]
    return [name.decode(), answer[2 + len(name) :][:2] == b"\x10\x01"]


def infer(rows, metadata=(), **options):
    image = service_pb2.ModelInferRequest.InferInputTensor(name="image", datatype="UINT8", shape=[rows, 2, 2, 3])
    request = service_pb2.ModelInferRequest(model_name="colors", inputs=[image], raw_input_contents=[bytes(rows * 12)])
    stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
    return list(stub.ModelInfer(request, metadata=metadata, **options).outputs[0].shape)


def refused(call):
    try:
        call()
    except grpc.RpcError as error:
        status = rpc_status.from_call(error)
        delays = []
        for detail in status.details if status else []:
            retry = error_details_pb2.RetryInfo()
            assert detail.Unpack(retry)
            delays.append(retry.retry_delay.seconds)
        return [error.code().name, error.details(), delays]


if mode == "kserve":
    print(json.dumps([kserve("Unload"), kserve("Load")]))
else:
    key = [("authorization", f"Bearer {rest[0]}")]
    got = {
        "none": refused(lambda: infer(1)),
        "wrong": refused(lambda: infer(1, [("x-api-key", "w" * 16)])),
        "health": health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest()).status,
        "good": infer(1, key),
        "full": refused(lambda: infer(64, key)),
        "long": refused(lambda: infer(100_000, key)),
        "late": refused(lambda: infer(1, key, timeout=1e-9)),
    }
    print(json.dumps(got))
