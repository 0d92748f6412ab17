"""Cases of blocks, of penalties that need a second derivative, and of the whole 32x32 nets."""
import re

import torch
import torch.nn.functional as F
from torch import nn

from golden_layers import Case, exact, settle
from golden_io import Golden
from residual_nets import DBlock, DBlockOptimized, GBlock, Generator, HeadLinear, SsganDiscriminator32


def fill(module, case):
    """Draws every parameter and buffer from the case's stream, so that scales, offsets and running statistics are not trivial."""
    for name, parameter in module.named_parameters():
        if re.search(r"(^|\.)b\d\.", name):
            value = case.normal(*parameter.shape, scale=0.3) + (1 if name.endswith("weight") else 0)
        elif name.endswith("bias"):
            value = case.normal(*parameter.shape, scale=0.1)
        else:
            value = case.normal(*parameter.shape, scale=(2 / parameter[0].numel()) ** 0.5)
        parameter.data = exact(value)
    for name, buffer in module.named_buffers():
        if name.endswith("sn_u"):
            buffer.data = case.normal(*buffer.shape)
        elif name.endswith("running_mean"):
            buffer.data = case.normal(*buffer.shape, scale=0.2)
        elif name.endswith("running_var"):
            buffer.data = exact(case.uniform(*buffer.shape) + 0.5)
    for layer in module.modules():
        if hasattr(layer, "weight_u"):
            settle(layer, case)


def floats(state):
    """A state dict without the batch counters, which nothing reads."""
    return {k: v.detach().clone() for k, v in state.items() if v.is_floating_point()}


def check_module(case, module, **inputs):
    """
    As Case.check for a module with state `state/<key>`: the evaluation's output before, then one training forward and backward.
    `after/<key>` are the buffers after the forward, `grad/<key>` the parameters' gradients.
    """
    case.golden.put(f"{case.name}/state", **floats(module.state_dict()))
    outputs = module.eval()(**inputs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    names = ["y"] if len(outputs) == 1 else ["logit", "rotation"]
    case.put(**{f"{n}_eval": y for n, y in zip(names, outputs)})
    module.train()
    leaves = {k: v.clone().requires_grad_() for k, v in inputs.items()}
    outputs = module(**leaves)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    upstream = [case.normal(*y.shape) for y in outputs]
    torch.autograd.backward(outputs, upstream)
    case.put(**inputs, **{f"d{n}": dy for n, dy in zip(names, upstream)}, **dict(zip(names, outputs)))
    case.put(**{f"d{k}": v.grad for k, v in leaves.items()})
    case.golden.put(f"{case.name}/after", **{k: v for k, v in floats(module.state_dict()).items()
        if k in dict(module.named_buffers())})
    case.golden.put(f"{case.name}/grad", **{k: p.grad for k, p in module.named_parameters()})


def blocks(golden):
    for name, make, shape in [
            ("gblock_up", lambda: GBlock(3, 5), (3, 3, 4, 2)),
            ("dblock_optimized", lambda: DBlockOptimized(3, 4), (2, 3, 6, 4)),
            ("dblock_down", lambda: DBlock(4, 6, True, True), (2, 4, 6, 4)),
            ("dblock_down_exact", lambda: DBlock(4, 6, True, False), (2, 4, 6, 4)),
            ("dblock_same", lambda: DBlock(4, 4, False, True), (2, 4, 3, 5)),
            ("dblock_same_exact", lambda: DBlock(4, 4, False, False), (2, 4, 3, 5)),
            ("dblock_wider", lambda: DBlock(3, 5, False, True), (2, 3, 4, 4)),
            ("spectral_head", lambda: HeadLinear(6, 4), (5, 6)),
            ("spectral_head_one", lambda: HeadLinear(6, 1), (5, 6))]:
        case = Case(golden, name)
        module = make().double()
        fill(module, case)
        check_module(case, module, x=case.normal(*shape))


class TinyCritic(nn.Module):
    """Spectrally normalised convolutions, a smooth and a piecewise-linear activation, average pool, sum pool, linear."""

    def __init__(self):
        super().__init__()
        self.c1 = nn.utils.spectral_norm(nn.Conv2d(2, 4, 3, padding=1))
        self.c2 = nn.utils.spectral_norm(nn.Conv2d(4, 5, 3, padding=1))
        self.l = nn.Linear(5, 1)

    def forward(self, x):
        h = F.avg_pool2d(torch.tanh(self.c1(x)), 2)
        return self.l(F.leaky_relu(self.c2(h), 0.2).sum(dim=(2, 3)))


def penalties(golden):
    """Gradient penalties: their value, and its gradients to the critic's parameters (a derivative of a derivative)."""
    for name, constants in [("gradient_penalty", {"scale": 10}), ("r1", {"gamma": 10})]:
        case = Case(golden, name, **constants, leaky_relu_slope=0.2)
        critic = TinyCritic().double()
        fill(critic, case)
        golden.put(f"{name}/state", **floats(critic.state_dict()))
        real = case.normal(3, 2, 6, 4)
        case.put(real=real)
        x = real
        if name == "gradient_penalty":
            fake, alpha = case.normal(3, 2, 6, 4), case.uniform(3, 1)
            x = alpha.view(-1, 1, 1, 1) * real + (1 - alpha.view(-1, 1, 1, 1)) * fake
            case.put(fake=fake, alpha=alpha)
        x = x.clone().requires_grad_()
        logit = critic(x)
        slope, = torch.autograd.grad(logit.sum(), x, create_graph=True)
        if name == "gradient_penalty":
            y = 10 * ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
        else:
            y = 10 / 2 * slope.flatten(1).pow(2).sum(dim=1).mean()
        # The last bias and every additive constant have no part in the slope: their gradient is none, stored as zero.
        critic.zero_grad()
        y.backward()
        case.put(logit=logit, dlogit_dx=slope, y=y)
        golden.put(f"{name}/grad", **{k: torch.zeros_like(p) if p.grad is None else p.grad for k, p in critic.named_parameters()})
        golden.put(f"{name}/after", **{k: v for k, v in floats(critic.state_dict()).items() if k.endswith(("_u", "_v"))})


def make_nets(metadata):
    golden = Golden(metadata)
    g = Case(golden, "g", nz=32, ngf=16)
    generator = Generator(32, 32, 16).double()
    fill(generator, g)
    check_module(g, generator, z=g.normal(5, 32))
    # The same discriminator with both shortcuts; each starts from the same state and sees the same images.
    for name, in_place in [("d", True), ("d_exact", False)]:
        d = Case(golden, name, ndf=16, in_place_relu=int(in_place))
        d.rng.manual_seed(32)
        discriminator = SsganDiscriminator32(16, in_place).double()
        fill(discriminator, d)
        check_module(d, discriminator, x=exact(torch.tanh(d.normal(5, 3, 32, 32))))
    return golden
