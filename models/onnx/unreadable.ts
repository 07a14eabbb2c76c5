// Says in words why bytes are no ONNX file: what else they are, or where they were cut off.
import protobuf from 'protobufjs/minimal.js';
import { messageOf, UserError } from '../errors.ts';

/** Bytes of the beginning that are looked at as text. */
const HEAD = 512;

/** Marks of other files: where they are, their bytes in hex, and what the file is. */
const marks: readonly (readonly [at: number, hex: string, what: string])[] = [
  [0, '504b0304', 'a ZIP archive, as PyTorch (.pt, .pth) and Keras (.keras) write: export it to ONNX'],
  [0, '8002', "Python's pickle, as PyTorch and scikit-learn write: export it to ONNX"],
  [0, '8003', "Python's pickle, as PyTorch and scikit-learn write: export it to ONNX"],
  [0, '8004', "Python's pickle, as PyTorch and scikit-learn write: export it to ONNX"],
  [0, '8005', "Python's pickle, as PyTorch and scikit-learn write: export it to ONNX"],
  [0, '894844460d0a', 'HDF5, as Keras writes (.h5): export it to ONNX'],
  [4, '54464c33', 'a model of TensorFlow Lite: convert it by tf2onnx'],
  [4, '4f52544d', "a model in onnxruntime's own format (.ort): give the ONNX file that it was made of"],
  [0, '47475546', 'a model of llama.cpp (GGUF)'],
  [7, '007b22', 'weights alone (safetensors), without the network: export it to ONNX'],
  [0, '1f8b', 'compressed by gzip: unpack it'],
  [0, '28b52ffd', 'compressed by zstd: unpack it'],
  [0, '425a68', 'compressed by bzip2: unpack it'],
  [0, 'fd377a585a', 'compressed by xz: unpack it'],
  [0, '377abcaf', 'a 7z archive: unpack it'],
  [0, '934e554d5059', 'an array of NumPy'],
  [0, '89504e47', 'a picture'],
  [0, 'ffd8ff', 'a picture'],
  [0, '47494638', 'a picture'],
  [0, '52494646', 'a picture, a sound or a video (RIFF)'],
];

/** How files of text begin. */
const texts: readonly (readonly [start: RegExp, what: string])[] = [
  [
    /^version https:\/\/git-lfs/,
    'a pointer of Git LFS, which stands for the file: `git lfs pull` fetches it',
  ],
  [/^\s*<(!doctype )?html|^\s*<head/i, 'a page of HTML, as a download that failed leaves one'],
  [/^\s*<\?xml/i, 'XML'],
  [/^\s*[{[]/, 'JSON'],
];

/**
 * The error about bytes that cannot be read as ONNX.
 *
 * @param cause - what the reader said of them, if it said something.
 */
export function unreadableModel(bytes: Uint8Array, cause?: unknown): UserError {
  return new UserError(`not a readable ONNX model: ${whatIsWrong(bytes, cause)}`, { cause });
}

function whatIsWrong(bytes: Uint8Array, cause: unknown): string {
  const size = `${bytes.length.toLocaleString('en')} ${bytes.length === 1 ? 'byte' : 'bytes'}`;
  if (bytes.length === 0) return 'the file is empty';
  const start = bytes.subarray(0, HEAD);
  const head = String.fromCharCode(...start);
  const known =
    marks.find(([at, mark]) => hex(start.subarray(at, at + mark.length / 2)) === mark)?.[2] ??
    texts.find(([begins]) => begins.test(head))?.[1];
  if (known !== undefined) return `it is ${known} (${size})`;
  if (start.every((byte) => byte === 0))
    return `it begins with zeros, as a file whose copy was interrupted does (${size})`;
  const cut = missingBytes(bytes);
  if (cut !== undefined)
    return `it is cut off: it has ${size} and needs at least ${cut.toLocaleString('en')} more. Copy or download it again`;
  if (/^[\t\n\r\x20-\x7e]+$/.test(head))
    return `it is text, which begins with ${JSON.stringify(head.slice(0, 40))}`;
  if (cause === undefined) return `it has no graph (${size})`;
  return `it is damaged, or of another format (${size}; ${messageOf(cause)})`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// Of onnx.proto: an ONNX file begins with ModelProto's ir_version, a small number; its longest field is the graph.
const IR_VERSION_TAG = (1 << 3) | 0;
const LAST_FIELD = 26;
const LENGTH_DELIMITED = 2;

/** Bytes that are missing at the end of a file which begins as ONNX; undefined when it does not, or is whole. */
function missingBytes(bytes: Uint8Array): number | undefined {
  if (bytes[0] !== IR_VERSION_TAG) return undefined;
  const reader = protobuf.Reader.create(bytes);
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag >>> 3 < 1 || tag >>> 3 > LAST_FIELD) return undefined;
      if ((tag & 7) !== LENGTH_DELIMITED) {
        reader.skipType(tag & 7);
        continue;
      }
      const length = reader.uint32();
      const missing = reader.pos + length - reader.len;
      if (missing > 0) return missing;
      reader.skip(length);
    }
  } catch {
    return 1; // inside of a number
  }
  return undefined;
}
