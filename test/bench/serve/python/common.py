# What the rival servers share: the session, the model's input from a picture, and an answer like ours.
# The environment says which model file (MODEL), how many threads a run has (ORT_THREADS), and whether JPEGs are
# shrunk while they are decoded (DRAFT).
import io
import json
import os

import numpy as np
import onnxruntime as ort
from PIL import Image

DRAFT = os.environ.get("DRAFT") == "1"


class Model:
    def __init__(self):
        options = ort.SessionOptions()
        options.intra_op_num_threads = int(os.environ["ORT_THREADS"])
        options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
        card = json.loads(self.session.get_modelmeta().custom_metadata_map["trainyard.card"])
        self.name, self.labels = card["name"], card["labels"]
        self.height, self.width, self.channels = card["input"]["shape"]
        self.run(np.zeros((1, self.height, self.width, self.channels), np.uint8))  # warms up

    def prepare(self, image):
        """[H,W,C] uint8 of an opened picture, as torchvision's Resize and CenterCrop make it."""
        if self.channels == 1:
            # The digits are sent as MNIST has them, which the digit rule leaves as they are: no Python is spent on it.
            return np.asarray(image.convert("L"))[..., None]
        wide = image.width * self.height >= image.height * self.width
        width = int(self.height * image.width / image.height) if wide else self.width
        height = self.height if wide else int(self.width * image.height / image.width)
        if DRAFT:
            image.draft("RGB", (width, height))
        image = image.convert("RGB").resize((width, height), Image.BILINEAR)
        x, y = round((width - self.width) / 2), round((height - self.height) / 2)
        return np.asarray(image.crop((x, y, x + self.width, y + self.height)))

    def decode(self, data):
        return self.prepare(Image.open(io.BytesIO(data)))

    def run(self, batch):
        """[N,H,W,C] uint8 to [N,classes] float32."""
        return self.session.run(["probabilities"], {"image": batch})[0]

    def answer(self, probabilities):
        order = np.argsort(-probabilities, kind="stable")
        ranked = [
            {"label": self.labels[i], "probability": value}
            for i, value in zip(order.tolist(), probabilities[order].tolist())
        ]
        return {"model": self.name, **ranked[0], "predictions": ranked}
