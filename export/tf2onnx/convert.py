# Runs tf2onnx's command once for each line of standard input, a JSON list of its arguments: TensorFlow is loaded once.
import json
import sys

from tf2onnx import convert

for line in sys.stdin:
    sys.argv = ["tf2onnx.convert", *json.loads(line)]
    convert.main()
