# LitServe: WORKERS processes that run the model, batches of at most BATCH. Arguments: port.
import os
import sys

import litserve as ls
import numpy as np
from common import Model

BATCH = int(os.environ["BATCH"])


class Classifier(ls.LitAPI):
    def setup(self, device):
        self.model = Model()

    def decode_request(self, request):
        return self.model.decode(request["img"].file.read())

    def batch(self, inputs):
        return np.stack(inputs)

    def predict(self, batch):
        return self.model.run(batch if BATCH > 1 else batch[np.newaxis])

    def unbatch(self, output):
        return list(output)

    def encode_response(self, output):
        return self.model.answer(output if BATCH > 1 else output[0])


if __name__ == "__main__":
    api = Classifier(
        max_batch_size=BATCH, batch_timeout=0.005 if BATCH > 1 else 0.0, api_path="/classify"
    )
    server = ls.LitServer(api, accelerator="cpu", devices=1, workers_per_device=int(os.environ["WORKERS"]))
    server.run(
        host="127.0.0.1",
        port=int(sys.argv[1]),
        num_api_servers=int(os.environ["WORKERS"]),
        log_level="error",
        access_log=False,
        generate_client_file=False,
    )
