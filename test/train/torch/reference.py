"""PyTorch's answers, for tests that replay the same numbers: writes reference.safetensors beside this file.

    pip install torch==2.14.1 safetensors numpy
    python test/train/torch/reference.py

The tests read the file and need neither Python nor PyTorch. example.ts has the same formulas.
"""

import inspect
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch.optim import _muon, lr_scheduler

STEPS = 50
KEPT = (1, 10, 50)  # steps whose weights are kept
SHAPES = {"matrix": (8, 16), "kernel": (3, 3, 4, 6), "bias": (6,)}
CLIP = 6.0  # the gradients' norm goes from 2 to 11


def example(p: int, k: int, shape: tuple[int, ...]) -> torch.Tensor:
    """Values in [-1, 1] from integers, so that every language computes the same float32."""
    i = np.arange(np.prod(shape))
    return torch.from_numpy((((31 * i * i + 17 * i * k + 101 * k + 7 * p) % 199) / 99 - 1).astype(np.float32).reshape(shape))


def learning_rate(k: int) -> float:
    return float(np.float32(0.002 * (1 + k % 10)))


def momentum(k: int) -> float:
    return float(np.float32(0.8 + 0.01 * (k % 15)))


def gradient(p: int, k: int, shape: tuple[int, ...]) -> torch.Tensor:
    return example(p, k, shape) * float(np.float32((1 + k % 5) / 5))


def in_float32() -> None:
    """Muon rounds to bfloat16 before it iterates; here it iterates in float32, so that one can compare to 1e-6."""
    source = inspect.getsource(_muon._zeropower_via_newtonschulz)
    assert source.count("grad.bfloat16()") == 1
    exec(source.replace("grad.bfloat16()", "grad.clone()"), vars(_muon))


def as_matrix(values: torch.Tensor) -> torch.Tensor:
    """Outputs by everything else, as torch.nn.Linear keeps a weight; a kernel flattened."""
    return values.reshape(-1, values.shape[-1]).T.contiguous()


def replay(optimizers, clip: float = 0, matrices: bool = False) -> dict[str, torch.Tensor]:
    """Weights after the steps KEPT. `optimizers` makes the optimizers for the weights by name."""
    form = lambda values: as_matrix(values) if matrices and values.ndim > 1 else values
    weights = {name: torch.nn.Parameter(form(example(p, 0, shape))) for p, (name, shape) in enumerate(SHAPES.items())}
    made = optimizers(weights)
    kept = {}
    for k in range(1, STEPS + 1):
        for p, (name, shape) in enumerate(SHAPES.items()):
            weights[name].grad = form(gradient(p, k, shape))
        if clip:
            torch.nn.utils.clip_grad_norm_(weights.values(), clip)
        for optimizer in made:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(k) * group.get("factor", 1)
                if "betas" in group:
                    group["betas"] = (momentum(k), group["betas"][1])
                elif group["momentum"]:
                    group["momentum"] = momentum(k)
            optimizer.step()
        if k in KEPT:
            for name, shape in SHAPES.items():
                weight = weights[name].detach()
                back = weight.T.reshape(shape) if matrices and weight.ndim > 1 else weight
                kept[f"{k}/{name}"] = back.clone().contiguous()
    return kept


def optimizers() -> dict[str, dict[str, torch.Tensor]]:
    sgd, adam, adamw = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
    in_float32()
    return {
        "sgd": replay(lambda w: [sgd(w.values())]),
        "sgd-decay": replay(lambda w: [sgd(w.values(), weight_decay=0.01)]),
        "momentum": replay(lambda w: [sgd(w.values(), momentum=0.9, weight_decay=0.01)]),
        "nesterov": replay(lambda w: [sgd(w.values(), momentum=0.9, nesterov=True, weight_decay=0.01)]),
        "adam": replay(lambda w: [adam(w.values())]),
        "adam-decay": replay(lambda w: [adam(w.values(), weight_decay=0.01)]),
        "adamw": replay(lambda w: [adamw(w.values(), weight_decay=0.1)]),
        "muon": replay(
            lambda w: [
                torch.optim.Muon([w["matrix"], w["kernel"]], weight_decay=0.1),
                adamw([w["bias"]], weight_decay=0.1),
            ],
            matrices=True,
        ),
        "groups": replay(
            lambda w: [
                sgd(
                    [
                        {"params": [w["matrix"]]},
                        {"params": [w["kernel"]], "factor": 0.5},
                        {"params": [w["bias"]], "factor": 4, "weight_decay": 0},
                    ],
                    momentum=0.9,
                    nesterov=True,
                    weight_decay=0.01,
                )
            ]
        ),
        "clip": replay(lambda w: [sgd(w.values(), momentum=0.9, weight_decay=0.01)], clip=CLIP),
    }


def cross_entropy() -> dict[str, torch.Tensor]:
    """Of logits [6,5], with its gradient."""
    labels = torch.tensor([0, 1, 2, 3, 4, 0])
    result = {}
    for smoothing in (0, 0.1, 0.3):
        logits = torch.nn.Parameter(4 * example(0, 1, (6, 5)))
        loss = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)
        loss.backward()
        result |= {f"{smoothing}/loss": loss.detach(), f"{smoothing}/gradient": logits.grad}
    return result


def unequal_classes() -> dict[str, torch.Tensor]:
    """Of the same logits with weights of classes and a focal loss: mean over pictures, by autograd."""
    labels = torch.tensor([0, 1, 2, 3, 4, 0])
    weights = torch.tensor([0.5, 1, 2, 3, 0.25])
    result = {}
    for name, smoothing, focus, weighted in (("weights", 0, 0, True), ("focal", 0, 2, False), ("all", 0.1, 1.5, True)):
        logits = torch.nn.Parameter(4 * example(0, 1, (6, 5)))
        each = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing, reduction="none")
        each = each * (1 - torch.exp(-each)) ** focus if focus else each
        loss = (each * weights[labels] if weighted else each).mean()
        loss.backward()
        result |= {f"{name}/loss": loss.detach(), f"{name}/gradient": logits.grad}
    return result


def distillation() -> dict[str, torch.Tensor]:
    """Of the same logits and a teacher's, at temperatures, by torch's own divergence; of several labels by its entropy."""
    F = torch.nn.functional
    result = {"teacher": 4 * example(1, 2, (6, 5))}
    for temperature in (1, 4):
        soft = F.softmax(result["teacher"] / temperature, 1)
        logits = torch.nn.Parameter(4 * example(0, 1, (6, 5)))
        loss = temperature**2 * F.kl_div(F.log_softmax(logits / temperature, 1), soft, reduction="batchmean")
        loss.backward()
        result |= {f"{temperature}/soft": soft, f"{temperature}/loss": loss.detach(), f"{temperature}/gradient": logits.grad}
        soft = torch.sigmoid(result["teacher"] / temperature)
        logits = torch.nn.Parameter(4 * example(0, 1, (6, 5)))
        bce = lambda x: F.binary_cross_entropy(torch.sigmoid(x / temperature).double(), soft.double())
        loss = temperature**2 * (bce(logits) - bce(result["teacher"]))
        loss.backward()
        result |= {f"labels/{temperature}/soft": soft, f"labels/{temperature}/loss": loss.detach().float()}
        result |= {f"labels/{temperature}/gradient": logits.grad}
    return result


def schedules() -> dict[str, torch.Tensor]:
    """Learning rates of 20 steps, by torch.optim.lr_scheduler; one-cycle goes from the first step to the last."""
    steps, peak = 20, 0.1

    def rates(make):
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=peak, momentum=0.9)
        scheduler = make(optimizer)
        rows = []
        for _ in range(steps):
            rows.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]))
            optimizer.step()
            scheduler.step()
        return torch.tensor(rows, dtype=torch.float64).float()

    linear = lambda o: lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=5)
    after = lambda main: lambda o: lr_scheduler.SequentialLR(o, [linear(o), main(o)], milestones=[5])
    return {
        "step": rates(lambda o: lr_scheduler.MultiStepLR(o, milestones=[10, 15], gamma=0.2)),
        "cosine": rates(lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=steps, eta_min=0.001)),
        "warm-up-constant": rates(linear),
        "warm-up-cosine": rates(after(lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=steps - 5))),
        "one-cycle": rates(
            lambda o: lr_scheduler.OneCycleLR(
                o, max_lr=peak, total_steps=steps + 1, pct_start=0.25, div_factor=25, final_div_factor=1e3
            )
        ),
    }


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    families = {
        **optimizers(),
        **{"cross-entropy": cross_entropy(), "unequal": unequal_classes(), "distill": distillation()},
        "schedule": schedules(),
    }
    tensors = {f"{family}/{name}": values for family, members in families.items() for name, values in members.items()}
    path = Path(__file__).with_name("reference.safetensors")
    save_file(tensors, path, {"torch": torch.__version__})
    print(f"{path.name}: {len(tensors)} arrays, {path.stat().st_size} bytes, torch {torch.__version__}")
