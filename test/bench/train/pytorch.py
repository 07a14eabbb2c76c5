# Contender: the same networks in PyTorch on the CPU, channels last.
# Arguments: network, float32 or bfloat16 (autocast), eager or compile. Speaks as ../support/contender.ts does.
import json
import sys
import time

import torch
from torch import nn

NETWORK, PRECISION, MODE = sys.argv[1:4]
CLASSES = 10
WARM_UP = 3


def conv(inputs, outputs, kernel, norm):
    layers = [nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=not norm)]
    if norm:
        layers.append(nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.1))
    return [*layers, nn.ReLU(inplace=True)]


def pool():
    return nn.MaxPool2d(2, ceil_mode=True)  # as padding 'same': 7 becomes 4


def small_cnn():
    return nn.Sequential(
        *conv(1, 16, 5, True), pool(),
        *conv(16, 32, 3, True), *conv(32, 32, 3, True), pool(),
        *conv(32, 64, 3, True), *conv(64, 64, 3, True), pool(),
        nn.Flatten(), nn.Linear(1024, CLASSES),
    )


def vgg(norm):
    layers, inputs = [], 3
    for stage in [(64, 64), (128, 128), (256, 256, 256), (512, 512, 512)]:
        for outputs in stage:
            layers += conv(inputs, outputs, 3, norm)
            inputs = outputs
        layers.append(pool())
    hidden = [nn.Flatten(), nn.Linear(2048, 4096), nn.ReLU(inplace=True), nn.Linear(4096, CLASSES)]
    return nn.Sequential(*layers, *hidden)


class Airbench(nn.Module):
    # https://github.com/KellerJordan/cifar10-airbench, legacy/airbench94.py, its first layer frozen
    def __init__(self):
        super().__init__()
        self.whiten = nn.Conv2d(3, 24, 2).requires_grad_(False)
        layers, inputs = [nn.GELU()], 24
        for outputs in (64, 256, 256):
            layers += [
                nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.MaxPool2d(2), self.norm(outputs), nn.GELU(),
                nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), self.norm(outputs), nn.GELU(),
            ]
            inputs = outputs
        self.layers = nn.Sequential(*layers, nn.MaxPool2d(3), nn.Flatten(), nn.Linear(inputs, CLASSES, bias=False))

    @staticmethod
    def norm(channels):
        norm = nn.BatchNorm2d(channels, eps=1e-5, momentum=0.4)
        norm.weight.requires_grad_(False)
        return norm

    def forward(self, x):
        return self.layers(self.whiten(x)) / 9


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, expansion):
        super().__init__()
        wide = inputs * expansion
        self.layers = nn.Sequential(
            *(kept(nn.Conv2d(inputs, wide, 1, bias=False), wide) if expansion > 1 else []),
            *kept(nn.Conv2d(wide, wide, kernel, stride, padding=kernel // 2, groups=wide, bias=False), wide),
            *kept(nn.Conv2d(wide, outputs, 1, bias=False), outputs)[:2],
        )
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.layers(x)
        return x + y if self.residual else y


def kept(convolution, outputs):
    # Batch norm by its moving statistics, as fine-tuning keeps them.
    return [convolution, nn.BatchNorm2d(outputs, eps=1e-3), nn.ReLU6(inplace=True)]


def efficientnet_lite0():
    # https://arxiv.org/abs/1905.11946, table 1, without squeeze-and-excitation: repeats, filters, kernel, stride, expansion
    stages = [(1, 16, 3, 1, 1), (2, 24, 3, 2, 6), (2, 40, 5, 2, 6), (3, 80, 3, 2, 6), (3, 112, 5, 1, 6), (4, 192, 5, 2, 6),
              (1, 320, 3, 1, 6)]
    layers, inputs = kept(nn.Conv2d(3, 32, 3, 2, padding=1, bias=False), 32), 32
    for repeats, outputs, kernel, stride, expansion in stages:
        for i in range(repeats):
            layers.append(Block(inputs, outputs, kernel, stride if i == 0 else 1, expansion))
            inputs = outputs
    layers += kept(nn.Conv2d(inputs, 1280, 1, bias=False), 1280)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(1280, CLASSES))


def memory(field):
    with open('/proc/self/status') as status:
        line = next(line for line in status if line.startswith(field))
    return int(line.split()[1]) * 1024


torch.manual_seed(1)
torch.set_flush_denormal(True)  # as TensorFlow does
small = NETWORK == 'mnist'
airbench = NETWORK == 'cifar-fast'
tuning = NETWORK == 'fine-tuning'
model = (small_cnn() if small else Airbench() if airbench else efficientnet_lite0() if tuning
         else vgg(NETWORK == 'vgg-norm'))
model.train()
if tuning:
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
model = model.to(memory_format=torch.channels_last)
if small or tuning:
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01 if small else 1e-4, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
elif airbench:
    trained = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
    groups = [
        {'params': [weight for _, weight in trained if weight.dim() == 1], 'lr': 0.64, 'weight_decay': 2e-5},
        {'params': [weight for _, weight in trained if weight.dim() > 1]},
    ]
    optimizer = torch.optim.SGD(groups, lr=0.01, momentum=0.85, nesterov=True, weight_decay=0.00133, fused=True)
else:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9, fused=True)
batch = 128 if small else 1024 if airbench else 32 if tuning else 100
side, channels = (28, 1) if small else (224, 3) if tuning else (32, 3)
images = torch.randint(0, 256, (batch, channels, side, side), dtype=torch.uint8)
images = images.contiguous(memory_format=torch.channels_last)
labels = torch.randint(0, CLASSES, (batch,))
cross_entropy = nn.CrossEntropyLoss(label_smoothing=0.2 if airbench else 0)


def forward(images, labels):
    x = (images.float() - 127.5) / 63.75
    with torch.autocast('cpu', dtype=torch.bfloat16, enabled=PRECISION == 'bfloat16'):
        logits = model(x)
    logits = logits.float()
    return cross_entropy(logits, labels), (logits.argmax(1) == labels).sum()


if MODE == 'compile':
    forward = torch.compile(forward)


def step():
    loss, correct = forward(images, labels)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.item(), correct.item()


for _ in range(WARM_UP):
    step()
print(json.dumps({'ready': {'torch': torch.__version__, 'threads': torch.get_num_threads()}}), flush=True)
for line in sys.stdin:
    seconds, done = json.loads(line)['seconds'], 0
    began, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        step()
        done += batch
    used = {'seconds': time.perf_counter() - began, 'cpu': time.process_time() - cpu}
    turn = {'images': done, **used, 'peak': memory('VmHWM'), 'private': memory('RssAnon')}
    print(json.dumps(turn), flush=True)
