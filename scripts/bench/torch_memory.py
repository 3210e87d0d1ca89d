"""Peak memory of the captioner's training step in PyTorch eager.

Takes torch_step.py's folder and thread count, and a number of steps. The optimiser is the plan's: AdamW, or Adafactor as
HuggingFace writes it (relative_step=False, no first moment). Prints {"peakBytes": ..., "cpuMs": ...} after each step.
"""
import io
import json
import resource
import runpy
import sys
from pathlib import Path

import torch

folder, threads, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
recipe = json.load(open(f"{folder}/config.json"))["plan"]["optimiser"]


class Adafactor(torch.optim.Optimizer):
    def __init__(self, groups, lr, **_):
        super().__init__(groups, {"lr": lr})

    @torch.no_grad()
    def step(self):
        o = recipe
        rms = lambda x: x.norm(2) / x.numel() ** 0.5
        for p in (p for group in self.param_groups for p in group["params"] if p.grad is not None):
            state, lr = self.state[p], self.param_groups[0]["lr"]
            if not state:
                state["step"] = 0
                if p.dim() > 1:
                    state["row"], state["column"] = torch.zeros(p.shape[:-1]), torch.zeros(p.shape[:-2] + p.shape[-1:])
                else:
                    state["whole"] = torch.zeros_like(p)
            state["step"] += 1
            decay = 1.0 - state["step"] ** o["decayRate"]
            update = p.grad**2 + o["epsilonSquare"]
            if p.dim() > 1:
                row, column = state["row"], state["column"]
                row.mul_(decay).add_(update.mean(-1), alpha=1 - decay)
                column.mul_(decay).add_(update.mean(-2), alpha=1 - decay)
                factor = (row / row.mean(-1, keepdim=True)).rsqrt_().unsqueeze(-1)
                update = torch.mul(factor, column.unsqueeze(-2).rsqrt()).mul_(p.grad)
            else:
                state["whole"].mul_(decay).add_(update, alpha=1 - decay)
                update = state["whole"].rsqrt().mul_(p.grad)
            rate = lr * max(o["epsilonScale"], float(rms(p))) if o["scaleParameter"] else lr
            update.div_((rms(update) / o["clipThreshold"]).clamp_(min=1.0)).mul_(rate)
            if o["weightDecay"]:
                p.add_(p, alpha=-o["weightDecay"] * rate)
            p.add_(-update)


if recipe["name"] == "adafactor":
    torch.optim.AdamW = Adafactor
    torch.nn.utils.clip_grad_norm_ = lambda *_: None
    config = Path(folder, "config.json")
    whole = json.loads(config.read_text())
    whole["plan"]["optimiser"].update({k: 0 for k in ("beta1", "beta2", "epsilon", "clipNorm")})
    config.write_text(json.dumps(whole))


class Steps(io.StringIO):
    """Asks for so many steps; says the peak when the next one is asked for."""

    def __iter__(self):
        for _ in range(steps):
            yield "step"
            print(json.dumps({"peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)


sys.stdin = Steps()
runpy.run_path(str(Path(__file__).with_name("torch_step.py")), run_name="__main__")
