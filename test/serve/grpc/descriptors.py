# The messages of KServe's and Triton's own clients and of gRPC, as their packages have them. Prints, for each of them, the
# fields of its messages by their numbers, [name, type, repeated], and the request and response of its methods, as JSON.
import ast
import importlib.util
import json
import os

import grpc_health.v1.health_pb2 as health
import tritonclient.grpc.service_pb2 as triton
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, duration_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.rpc import error_details_pb2, status_pb2

TYPES = {
    value: name[len("TYPE_") :].lower()
    for name, value in vars(FieldDescriptor).items()
    if name.startswith("TYPE_") and isinstance(value, int)
}


def messages(descriptors):
    out = {}
    for message in descriptors:
        out[message.name] = {
            field.number: [
                field.name,
                field.message_type.name if field.message_type else TYPES[field.type],
                bool(field.is_repeated),
            ]
            for field in message.fields
        }
        out |= messages(message.nested_types)
    return out


def read(*files):
    return {
        "messages": messages(m for file in files for m in file.message_types_by_name.values()),
        "methods": {
            f"/{service.full_name}/{method.name}": [method.input_type.name, method.output_type.name]
            for file in files
            for service in file.services_by_name.values()
            for method in service.methods
        },
    }


def kserve():
    """The file that the package's code is made from; the package itself needs much, and has the same names as Triton's."""
    folder = os.path.dirname(importlib.util.find_spec("kserve").origin)
    with open(os.path.join(folder, "protocol", "grpc", "grpc_predict_v2_pb2.py")) as file:
        calls = [node for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.Call)]
    call = next(node for node in calls if getattr(node.func, "attr", "") == "AddSerializedFile")
    proto = descriptor_pb2.FileDescriptorProto.FromString(call.args[0].value)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(proto)
    return pool.FindFileByName(proto.name)


modules = [health, status_pb2, error_details_pb2, any_pb2, duration_pb2]
print(
    json.dumps(
        {
            "kserve": read(kserve()),
            "triton": read(triton.DESCRIPTOR),
            "grpc": read(*(module.DESCRIPTOR for module in modules)),
        }
    )
)
