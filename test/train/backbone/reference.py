"""A network that PyTorch made, as it exports it, and its features of the built-in pictures: writes two files beside this one.

    pip install torch==2.13.0 onnx numpy
    python test/train/backbone/reference.py

torch.onnx: for one picture at a time, as torch.onnx.export writes it where nothing is said of sizes that vary.
torch.json: what comes before its last layer, of the pictures of models/golden.ts as 24x24, standardized as ImageNet's.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

SIDE = 24
HERE = Path(__file__).parent


def noise_byte(index):
    """MurmurHash3's finalizer, as models/golden.ts has it."""
    h = (index + 0x9E3779B9) & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return (h ^ (h >> 16)) >> 24


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.second = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.last = nn.Linear(12, 5)

    def features(self, x):
        x = torch.relu(self.norm(self.first(x)))
        x = nn.functional.adaptive_avg_pool2d(torch.relu(self.second(x)), 1)
        return x.view(x.size(0), -1)

    def forward(self, x):
        return torch.softmax(self.last(self.features(x)), 1)


torch.manual_seed(0)
net = Net().eval()
net.norm.running_mean += torch.linspace(-0.5, 0.5, 8)
torch.onnx.export(net, torch.zeros(1, 3, SIDE, SIDE), HERE / "torch.onnx", dynamo=False)

size = SIDE * SIDE * 3
index = np.arange(size)
y, x, c = index // (SIDE * 3), index // 3 % SIDE, index % 3
pictures = [
    np.zeros(size),
    index * 255 // (size - 1),
    np.where((y // 4 + x // 4 + c) % 2 == 0, 255, 0),
    np.array([noise_byte(int(i)) for i in index]),
]
images = torch.tensor(np.stack(pictures).reshape(-1, SIDE, SIDE, 3) / 255, dtype=torch.float32)
images = (images - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor([0.229, 0.224, 0.225])
with torch.no_grad():
    features = net.features(images.permute(0, 3, 1, 2))
(HERE / "torch.json").write_text(json.dumps([[round(v, 8) for v in row] for row in features.tolist()]))
