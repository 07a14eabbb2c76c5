// The messages of the Open Inference Protocol over gRPC, with Triton's extensions, and of gRPC's health checks and errors.
// References: https://github.com/kserve/open-inference-protocol (open_inference_grpc.proto),
// https://github.com/triton-inference-server/common (grpc_service.proto), https://github.com/grpc/grpc/blob/master/doc/health-checking.md,
// https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
import { messageTypes } from '../../models/onnx/message-types.ts';
import { type Filling, readMessage, writeMessage } from '../../models/onnx/wire.ts';
import { Refusal } from '../refusal.ts';

/**
 * A map is a list of entries with key and value, and a choice the optional fields that it is between: they are the same on
 * the wire. Requests to load and unload are Triton's; KServe's have the name of the model where Triton's have that of a repository,
 * and their responses have fields, where Triton's have none. The contents of tensors are messages too; they are read when it is known what may be in them (contents.ts).
 */
const proto = `
  message ServerLiveRequest {}
  message ServerLiveResponse { optional bool live = 1; }
  message ServerReadyRequest {}
  message ServerReadyResponse { optional bool ready = 1; }
  message ModelReadyRequest { optional string name = 1; optional string version = 2; }
  message ModelReadyResponse { optional bool ready = 1; }
  message ServerMetadataRequest {}
  message ServerMetadataResponse {
    optional string name = 1;
    optional string version = 2;
    repeated string extensions = 3;
  }
  message ModelMetadataRequest { optional string name = 1; optional string version = 2; }
  message ModelMetadataResponse {
    optional string name = 1;
    repeated string versions = 2;
    optional string platform = 3;
    repeated TensorMetadata inputs = 4;
    repeated TensorMetadata outputs = 5;
  }
  message TensorMetadata {
    optional string name = 1;
    optional string datatype = 2;
    repeated int64 shape = 3 [packed = true];
  }
  message ModelInferRequest {
    optional string model_name = 1;
    optional string model_version = 2;
    optional string id = 3;
    repeated ParametersEntry parameters = 4;
    repeated InferInputTensor inputs = 5;
    repeated InferRequestedOutputTensor outputs = 6;
    repeated bytes raw_input_contents = 7;
  }
  message InferInputTensor {
    optional string name = 1;
    optional string datatype = 2;
    repeated int64 shape = 3 [packed = true];
    repeated ParametersEntry parameters = 4;
    optional bytes contents = 5;
  }
  message InferRequestedOutputTensor {
    optional string name = 1;
    repeated ParametersEntry parameters = 2;
  }
  message ModelInferResponse {
    optional string model_name = 1;
    optional string model_version = 2;
    optional string id = 3;
    repeated ParametersEntry parameters = 4;
    repeated InferOutputTensor outputs = 5;
    repeated bytes raw_output_contents = 6;
  }
  message InferOutputTensor {
    optional string name = 1;
    optional string datatype = 2;
    repeated int64 shape = 3 [packed = true];
    repeated ParametersEntry parameters = 4;
    optional bytes contents = 5;
  }
  message ParametersEntry { optional string key = 1; optional InferParameter value = 2; }
  message InferParameter {
    optional bool bool_param = 1;
    optional int64 int64_param = 2;
    optional string string_param = 3;
    optional double double_param = 4;
    optional uint64 uint64_param = 5;
  }
  message RepositoryIndexRequest { optional string repository_name = 1; optional bool ready = 2; }
  message RepositoryIndexResponse { repeated ModelIndex models = 1; }
  message ModelIndex {
    optional string name = 1;
    optional string version = 2;
    optional string state = 3;
    optional string reason = 4;
  }
  message RepositoryModelLoadRequest {
    optional string repository_name = 1;
    optional string model_name = 2;
    repeated ModelParametersEntry parameters = 3;
  }
  message RepositoryModelLoadResponse { optional string model_name = 1; optional bool isLoaded = 2; }
  message RepositoryModelUnloadRequest {
    optional string repository_name = 1;
    optional string model_name = 2;
    repeated ModelParametersEntry parameters = 3;
  }
  message RepositoryModelUnloadResponse { optional string model_name = 1; optional bool isUnloaded = 2; }
  message ModelParametersEntry { optional string key = 1; }
  message HealthCheckRequest { optional string service = 1; }
  message HealthCheckResponse { optional int32 status = 1; }
  message Status { optional int32 code = 1; optional string message = 2; repeated Any details = 3; }
  message Any { optional string type_url = 1; optional bytes value = 2; }
  message RetryInfo { optional Duration retry_delay = 1; }
  message Duration { optional int64 seconds = 1; }`;

/** A parameter: one of its fields is there. */
export interface InferParameter {
  readonly bool_param?: boolean;
  readonly int64_param?: number | bigint;
  readonly string_param?: string;
  readonly double_param?: number;
  readonly uint64_param?: number | bigint;
}

export interface ParametersEntry {
  readonly key: string;
  readonly value?: InferParameter;
}

/** What the messages that are read hold: in version 3 of protobuf a text that is not there is empty, and so is a list. */
export interface Requests {
  readonly ServerLiveRequest: object;
  readonly ServerReadyRequest: object;
  readonly ServerMetadataRequest: object;
  readonly ModelReadyRequest: { readonly name: string; readonly version: string };
  readonly ModelMetadataRequest: { readonly name: string; readonly version: string };
  readonly ModelInferRequest: {
    readonly model_name: string;
    readonly model_version: string;
    readonly id: string;
    readonly parameters: readonly ParametersEntry[];
    readonly inputs: readonly {
      readonly name: string;
      readonly datatype: string;
      readonly shape: readonly (number | bigint)[];
      readonly parameters: readonly ParametersEntry[];
      readonly contents?: Uint8Array;
    }[];
    readonly outputs: readonly { readonly name: string; readonly parameters: readonly ParametersEntry[] }[];
    readonly raw_input_contents: readonly Uint8Array<ArrayBuffer>[];
  };
  readonly RepositoryIndexRequest: { readonly ready?: boolean };
  readonly RepositoryModelLoadRequest: {
    readonly repository_name: string;
    readonly model_name: string;
    readonly parameters: readonly { readonly key: string }[];
  };
  readonly RepositoryModelUnloadRequest: {
    readonly repository_name: string;
    readonly model_name: string;
    readonly parameters: readonly { readonly key: string }[];
  };
  readonly HealthCheckRequest: { readonly service: string };
}

/** Of all messages, by their names. */
export const grpcMessages = messageTypes(proto);

/** Values in a request at most, beside the elements of tensors: names, sides and parameters are few. */
const MOST_VALUES = 4_096;

const filling: Filling = {
  missing({ rule, type }) {
    if (rule === 'repeated') return [];
    return type === 'string' ? '' : undefined;
  },
  complete() {},
  most: MOST_VALUES,
};

/** @throws Refusal 400 for bytes that are no such message, or hold more than a request can. */
export function readRequest<T extends keyof Requests>(type: T, bytes: Uint8Array): Requests[T] {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength); // of which a slice is a copy
  try {
    // The border with untyped messages: their reader has checked them against the schema.
    return readMessage(grpcMessages, type, plain, filling) as Requests[T];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Refusal(400, `the message: expected a ${type}: ${reason}`);
  }
}

/** Zeros are left out, as version 3 of protobuf has it. */
export function writeResponse(type: string, message: object): Uint8Array {
  return writeMessage(grpcMessages, type, message, { missing: () => undefined, complete() {} });
}
