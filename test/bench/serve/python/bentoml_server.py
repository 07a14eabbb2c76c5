# BentoML: WORKERS processes; with BATCH above 1 adaptive batching, which its documentation has as a list of inputs.
import os

import bentoml
import numpy as np
from common import Model
from PIL.Image import Image

BATCH = int(os.environ["BATCH"])


@bentoml.service(
    workers=int(os.environ["WORKERS"]),
    traffic={"timeout": 60},
    logging={"access": {"enabled": False}},
    metrics={"enabled": False},
)
class Classifier:
    def __init__(self):
        self.model = Model()

    if BATCH > 1:

        @bentoml.api(route="/classify", batchable=True, max_batch_size=BATCH, max_latency_ms=10_000)
        def classify(self, img: list[Image]) -> list[dict]:
            outputs = self.model.run(np.stack([self.model.prepare(image) for image in img]))
            return [self.model.answer(output) for output in outputs]

    else:

        @bentoml.api(route="/classify")
        def classify(self, img: Image) -> dict:
            return self.model.answer(self.model.run(self.model.prepare(img)[np.newaxis])[0])
