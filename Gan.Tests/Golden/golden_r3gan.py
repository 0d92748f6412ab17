"""Four whole steps of R3GAN (Huang et al. 2024) in doubles, unconditional and conditional, while everything that moves moves."""
import copy
import math

import torch
import torch.nn.functional as F

from golden_io import Golden
from golden_layers import exact
from golden_nets import floats
from golden_train import shapes_of_colour
from r3_nets import Discriminator, Generator

# 16x16 pixels: grouped and plain convolutions, and a change of width.
STAGES = [(16, 2, 1), (8, 1, 2), (8, 2, 1)]
STEPS, BATCH, SIZE, NZ, CLASSES, LABEL_WIDTH = 4, 3, 16, 6, 3, 5

# From and to, along half a cosine over so many images: the fourth step is past its end.
IMAGES = 8
RATE, REST_BETA2, GAMMA, HALF_LIFE = (2e-3, 5e-4), (0.1, 0.01), (0.5, 0.05), (0.0, 20.0)


def at(course, images):
    """The value of a course after so many images."""
    first, last = course
    return first + (0.5 - 0.5 * math.cos(math.pi * min(1.0, images / IMAGES))) * (last - first)


def squared_norms(logits, images):
    gradient, = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().flatten(1).sum(1)


class Run:
    """The steps of one precision."""

    def __init__(self, networks, draws, dtype):
        self.g, self.d = (copy.deepcopy(net).to(dtype) for net in networks)
        self.average = copy.deepcopy(self.g)
        self.draws, self.dtype = draws, dtype
        self.adams = [torch.optim.Adam(net.parameters(), lr=1, betas=(0, 0.5), eps=1e-8) for net in (self.g, self.d)]
        self.losses = {name: [] for name in ("d_adversarial", "r1", "r2", "g_adversarial")}
        self.logits = {name: [] for name in ("d_real", "d_fake", "g_fake")}
        self.gradients = {}
        for step in range(STEPS):
            self.move(BATCH * step)
            self.update_d(step)
            self.update_g(step)
            self.follow(BATCH * step)
        self.losses, self.logits = ({k: torch.stack(v) for k, v in values.items()} for values in (self.losses, self.logits))

    def move(self, images):
        for adam in self.adams:
            for group in adam.param_groups:
                group["lr"], group["betas"] = at(RATE, images), (0, 1 - at(REST_BETA2, images))
        self.gamma = at(GAMMA, images)

    def batch(self, step, update):
        real = self.draws["real"][step, update].to(self.dtype) / 127.5 - 1
        labels = self.draws["labels"][step, update] if "labels" in self.draws else None
        return real, self.draws["z"][step, update].to(self.dtype), labels

    def update_d(self, step):
        real, z, labels = self.batch(step, 0)
        real.requires_grad_()
        fake = self.g(z, labels).detach().requires_grad_()
        on_real, on_fake = self.d(real, labels), self.d(fake, labels)
        r1, r2 = squared_norms(on_real, real).mean(), squared_norms(on_fake, fake).mean()
        adversarial = F.softplus(on_fake - on_real).mean()
        self.minimise("d", adversarial + self.gamma / 2 * (r1 + r2))
        self.keep(self.losses, d_adversarial=adversarial, r1=r1, r2=r2)
        self.keep(self.logits, d_real=on_real, d_fake=on_fake)

    def update_g(self, step):
        real, z, labels = self.batch(step, 1)
        on_fake, on_real = self.d(self.g(z, labels), labels), self.d(real, labels).detach()
        adversarial = F.softplus(on_real - on_fake).mean()
        self.minimise("g", adversarial)
        self.keep(self.losses, g_adversarial=adversarial)
        self.keep(self.logits, g_fake=on_fake)

    def minimise(self, name, loss):
        net, adam = getattr(self, name), self.adams["gd".index(name)]
        net.zero_grad()
        loss.backward()
        self.gradients.setdefault(name, {key: p.grad.clone() for key, p in net.named_parameters()})
        adam.step()

    def follow(self, images):
        half_life = at(HALF_LIFE, images)
        decay = 0.5 ** (BATCH / half_life) if half_life else 0.0
        with torch.no_grad():
            for a, p in zip(self.average.parameters(), self.g.parameters()):
                a.mul_(decay).add_(p, alpha=1 - decay)

    def states(self):
        return {"g": self.g.state_dict(), "d": self.d.state_dict(), "g_ema": self.average.state_dict()}

    @staticmethod
    def keep(store, **values):
        for name, value in values.items():
            store[name].append(value.detach().double().squeeze())


def fill(net, random):
    """Normal values of a fan-in's size in every parameter, those that begin at zero included, or most gradients would be none."""
    for name, p in net.named_parameters():
        fan_in = p[0].numel() if p.dim() > 1 and "start.maps" not in name and "embedding" not in name else 1
        scale = 0.3 if name.endswith("bias") else 1 / math.sqrt(fan_in)
        p.data = exact(torch.randn(p.shape, generator=random, dtype=torch.float64) * scale)


def make_r3gan(metadata, conditional):
    random, golden = torch.Generator().manual_seed(41), Golden(metadata)
    classes, label_width = (CLASSES, LABEL_WIDTH) if conditional else (0, 0)
    networks = Generator(STAGES, NZ, classes, label_width).double(), Discriminator(STAGES, classes).double()
    for net in networks:
        fill(net, random)
    images = torch.stack([shapes_of_colour(random, BATCH, SIZE) for _ in range(2 * STEPS)])
    draws = {"real": images.view(STEPS, 2, BATCH, 3, SIZE, SIZE),
             "z": exact(torch.randn(STEPS, 2, BATCH, NZ, generator=random, dtype=torch.float64))}
    if conditional:
        draws["labels"] = torch.randint(CLASSES, (STEPS, 2, BATCH), generator=random)
    golden.put("train", **draws)
    golden.settings("train", images=IMAGES, rate=RATE[0], rate_end=RATE[1], beta2=1 - REST_BETA2[0], beta2_end=1 - REST_BETA2[1],
                    gamma=GAMMA[0], gamma_end=GAMMA[1], half_life=HALF_LIFE[0], half_life_end=HALF_LIFE[1])
    for name, net in zip("gd", networks):
        golden.put(f"{name}/before", **floats(net.state_dict()))
    run, single = Run(networks, draws, torch.float64), Run(networks, draws, torch.float32)
    golden.put_f64("loss", **run.losses)
    golden.put_f64("loss_f32", **single.losses)
    golden.put_f64("logits", **run.logits)
    for name, gradients in run.gradients.items():
        golden.put(f"{name}/grad", **gradients)
    for name, state in run.states().items():
        golden.put(f"{name}/after", **state)
    report(run, single, {f"{name}.{key}": value for name, net in zip("gd", networks) for key, value in net.state_dict().items()})
    return golden


def report(run, single, before):
    """Prints what README.md states: how far PyTorch's singles are from its doubles."""
    for name, exact_values in {**run.losses, **run.logits}.items():
        distance = ({**single.losses, **single.logits}[name] - exact_values).abs().max()
        print(f"  {name}: max |f32 - f64| = {distance:.1e}, |f64| <= {exact_values.abs().max():.3g}")
    for name, gradients in run.gradients.items():
        worst = max(((single.gradients[name][k] - v).abs().max() / v.abs().max()).item() for k, v in gradients.items())
        least = min(v.abs().max().item() for v in gradients.values())
        print(f"  first gradients of {name}: {worst:.1e} of a tensor's largest value; the least of those is {least:.1e}")
    for name, state in run.states().items():
        worst = max((single.states()[name][k] - v).abs().max().item() for k, v in state.items())
        moved = max((before[f"{name[0]}.{k}"] - v).abs().max().item() for k, v in state.items())
        print(f"  {name} after: {worst:.1e} while it moved by {moved:.1e}")
