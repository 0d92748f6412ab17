"""Whole training steps in Mimicry's order of events, in doubles (the reference) and in singles (how far rounding leads)."""
import copy
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from golden_algorithms import CganPd, Dcgan, InfoMax, Sagan, Sngan, Ssgan, WganGp
from golden_io import Golden
from golden_nets import floats
from golden_successors import SsganLa, SsganLaPlus, SsganMs

RATE = 2e-4


@dataclass
class Draws:
    """What a run reads: real images as bytes, noise (the last of a step is for G); a penalty's places and labels, if any."""

    real: torch.Tensor  # (steps, n_dis, batch, 3, 32, 32)
    z: torch.Tensor  # (steps, n_dis + 1, batch, nz)
    alpha: torch.Tensor = None  # (steps, n_dis, batch)
    real_labels: torch.Tensor = None  # (steps, n_dis, batch)
    fake_labels: torch.Tensor = None  # (steps, n_dis + 1, batch)

    def given(self):
        """What there is beside images and noise."""
        return {k: v for k in ("alpha", "real_labels", "fake_labels") if (v := getattr(self, k)) is not None}


class Training:
    """
    One run, made at once. `losses` and `logits` are by name, of every update; `gradients` by net, of its first update. G's update
    follows those of D, or comes before them (`g_first`), with the same z.
    """

    def __init__(self, networks, algorithm, draws, dtype, g_first=False):
        self.g, self.d = (copy.deepcopy(net).to(dtype).train() for net in networks)
        self.algorithm, self.draws, self.dtype = algorithm, draws, dtype
        self.optimizers = {net: torch.optim.Adam(net.parameters(), lr=RATE, betas=(0.0, 0.9), eps=1e-8)
                           for net in (self.g, self.d)}
        self.losses, self.logits, self.gradients = {}, {}, {}
        steps, self.n_dis = draws.real.shape[:2]
        for step in range(steps):
            if g_first:
                self.update_generator(step)
            for i in range(self.n_dis):
                self.update_discriminator(step, i)
            if not g_first:
                self.update_generator(step)
            for optimizer in self.optimizers.values():
                optimizer.param_groups[0]["lr"] = RATE * (1 - (step + 1) / steps)

        for values in (self.losses, self.logits):
            for name, value in values.items():
                value = torch.stack(value)
                values[name] = value if name.startswith("g_") else value.view(steps, self.n_dis, *value.shape[1:])

    def generate(self, step, i):
        """Images, and the labels that they were asked for, if any."""
        labels = [] if self.draws.fake_labels is None else [self.draws.fake_labels[step, i]]
        return self.g(self.draws.z[step, i].to(self.dtype), *labels), labels

    def update_discriminator(self, step, i):
        real = self.draws.real[step, i].to(self.dtype) / 127.5 - 1
        fake, labels = self.generate(step, i)
        given = None if self.draws.alpha is None else self.draws.alpha[step, i].to(self.dtype)
        if labels:
            given = (self.draws.real_labels[step, i], *labels)
        self.minimise("d", self.d, *self.algorithm.of_discriminator(self.d, real, fake.detach(), given))

    def update_generator(self, step):
        fake, labels = self.generate(step, self.n_dis)
        self.minimise("g", self.g, *self.algorithm.of_generator(self.d, fake, *labels))

    def minimise(self, name, net, loss, losses, logits):
        net.zero_grad()
        loss.backward()
        self.gradients.setdefault(name, {key: p.grad.clone() for key, p in net.named_parameters()
                                         if p.grad is not None})
        self.optimizers[net].step()
        for values, new in ((self.losses, losses), (self.logits, logits)):
            for key, value in new.items():
                values.setdefault(key, []).append(value.detach().double().squeeze(-1))

    def states(self):
        return {"g": floats(self.g.state_dict()), "d": floats(self.d.state_dict())}


def shapes_of_colour(rng, count, size):
    """Smooth random images with an upright gradient, so that there is a rotation to learn."""
    coarse = torch.randn(count, 3, 5, 5, generator=rng)
    x = F.interpolate(coarse, size=size, mode="bilinear", align_corners=True) + torch.linspace(1, -1, size).view(1, 1, size, 1)
    x = x + 0.1 * torch.randn(x.shape, generator=rng)
    return (127.5 * (1 + torch.tanh(x))).round().clamp(0, 255).to(torch.uint8)


def draw(rng, steps, n_dis, batch, nz, with_alpha=False, classes=0):
    z = torch.randn(steps, n_dis + 1, batch, nz, generator=rng)
    real = shapes_of_colour(rng, steps * n_dis * batch, 32).view(steps, n_dis, batch, 3, 32, 32)
    draws = Draws(real, z, torch.rand(steps, n_dis, batch, generator=rng) if with_alpha else None)
    if classes:
        draws.real_labels, draws.fake_labels = (torch.randint(classes, (steps, n, batch), generator=rng)
                                                for n in (n_dis, n_dis + 1))
    return draws


def make_run(golden, networks, algorithm, draws, **variant):
    """Inputs, states before, and losses: of doubles, of singles, and of one more run of doubles, named for what differs in it."""
    golden.put("train", z=draws.z, real=draws.real, **draws.given())
    before = {name: floats(net.state_dict()) for name, net in zip("gd", networks)}
    for name, state in before.items():
        golden.put(f"{name}/before", **state)
    double, single = (Training(networks, algorithm, draws, dtype) for dtype in (torch.float64, torch.float32))
    golden.put_f64("loss", **double.losses)
    golden.put_f64("loss_f32", **single.losses)
    other = None
    for name, options in variant.items():
        other = Training(networks, options.pop("algorithm", algorithm), draws, torch.float64, **options)
        golden.put_f64(f"loss_{name}", **other.losses)
    with torch.backends.mkldnn.flags(enabled=False):
        report_drift(double, {"f32": single, "f32 without oneDNN": Training(networks, algorithm, draws, torch.float32)}, before)
    return double, other


def settings(golden, draws, **others):
    steps, n_dis, batch = draws.real.shape[:3]
    golden.settings("train", steps=steps, n_dis=n_dis, batch=batch, nz=draws.z.shape[-1], **others)


def make_train(metadata):
    torch.manual_seed(20)
    golden, algorithm, width = Golden(metadata), Ssgan(), 16
    networks = algorithm.networks(32, width, width)
    draws = draw(torch.Generator().manual_seed(20), 20, 2, 8, 32)
    settings(golden, draws, width=width, lr=RATE, beta1=0, beta2=0.9, eps=1e-8,
             d_rotation_weight=algorithm.D_SCALE, g_rotation_weight=algorithm.G_SCALE)
    double, _ = make_run(golden, networks, algorithm, draws, one_pass={"algorithm": Ssgan(one_pass=True)})
    for name, state in double.states().items():
        golden.put(f"{name}/after", **state)
    return golden


def make_gan(metadata, algorithm, seed, ndf=16, change=None, **constants):
    """Four steps with logits, the first gradients and the state at the end; and what the order of updates changes."""
    torch.manual_seed(seed)
    golden, ngf, nz = Golden(metadata), 8, 24
    networks = algorithm.networks(nz, ngf, ndf)
    draws = draw(torch.Generator().manual_seed(seed), 4, 2, 4, nz, with_alpha=isinstance(algorithm, WganGp),
                 classes=getattr(algorithm, "CLASSES", 0))
    if change:
        change(networks, draws)
    settings(golden, draws, ngf=ngf, ndf=ndf, lr=RATE, beta1=0, beta2=0.9, eps=1e-8, **constants)
    double, g_first = make_run(golden, networks, algorithm, draws, g_first={"g_first": True})
    golden.put_f64("logits", **double.logits)
    for name, state in double.states().items():
        golden.put(f"{name}/grad", **double.gradients[name])
        golden.put(f"{name}/after", **state)
    for name, state in g_first.states().items():
        golden.put(f"{name}/after_g_first", **{k: v for k, v in state.items() if k.startswith(("l", "c5", "block1."))})
    return golden


def make_sngan(metadata):
    return make_gan(metadata, Sngan(), 32)


def make_wgan_gp(metadata):
    return make_gan(metadata, WganGp(), 33, gp_scale=WganGp.GP_SCALE)


def first_logits(networks, draws):
    """Of the first fake images, in training mode, without a trace in the nets."""
    g, d = (copy.deepcopy(net) for net in networks)
    with torch.no_grad():
        return d(g(draws.z[0, 0]))


def make_dcgan(metadata):
    """
    Logits about 1, or nothing would be compared; and a step from where they begin without that, far above 0: there the sigmoid is
    1 and G's gradient 0.
    """
    kept = {}

    def change(networks, draws):
        head = networks[1].l5
        head.weight.data.abs_()
        head.weight.data *= 90 / first_logits(networks, draws).mean()
        far = copy.deepcopy(networks)
        head.weight.data *= torch.tensor([1.0, -1.0]).repeat(len(head.weight[0]) // 2) / 30
        kept.update(far=far, draws=Draws(draws.real[:1], draws.z[:1]))

    golden = make_gan(metadata, Dcgan(), 34, ndf=8, change=change)
    run = Training(kept["far"], Dcgan(), kept["draws"], torch.float64)
    assert min(float(v.min()) for v in run.logits.values()) > 40
    assert not any(gradient.any() for gradient in run.gradients["g"].values())
    golden.put("saturated", **{"l5.weight": kept["far"][1].l5.weight})
    golden.put_f64("saturated_loss", **run.losses)
    golden.put_f64("saturated_logits", **run.logits)
    return golden


def make_infomax(metadata):
    return make_gan(metadata, InfoMax(), 35, ndf=8, scale=InfoMax.SCALE, contrast_width=InfoMax.WIDTH)


def make_cgan_pd(metadata):
    return make_gan(metadata, CganPd(), 36, ndf=8, classes=CganPd.CLASSES)


def make_sagan(metadata):
    return make_gan(metadata, Sagan(), 37, ndf=8, classes=Sagan.CLASSES)


def make_successors(metadata):
    """
    SSGAN's successors, each with ndf 8: LA by multi-class hinge, LA+ by cross-entropy. LA's seed is one of which no activation
    lies so near 0 that PyTorch in singles lets another gradient through than in doubles.
    """
    for name, algorithm, seed in (("ssgan_ms", SsganMs(), 38), ("ssgan_la", SsganLa(), 43), ("ssgan_la_plus", SsganLaPlus(), 40)):
        yield name, make_gan(metadata, algorithm, seed, ndf=8)


def kind(net, key):
    """Batch norm removes whatever the biases of G's blocks add: their true gradient is zero, Adam follows rounding errors."""
    if net == "g" and "block" in key and ".c" in key and key.endswith("bias"):
        return "biases before a batch norm"
    return "running means" if key.endswith("running_mean") else "running variances" if key.endswith("running_var") \
        else "u, v and sigma" if key.endswith(("_u", "_v", "_sigma")) else "all other weights"


def report_drift(double, singles, before):
    """Prints what README.md states: the distance of runs in singles from the run in doubles."""
    for path, single in singles.items():
        for name, exact in {**double.losses, **double.logits}.items():
            distance = ({**single.losses, **single.logits}[name] - exact).abs().view(len(exact), -1)
            distance = " ".join(f"{x:.1e}" for x in distance.amax(1))
            print(f"  {name}: max |{path} - f64| by step = {distance}; |f64| <= {exact.abs().max():.4g}")
        groups = {}
        for net, state in double.states().items():
            for key, value in state.items():
                distance = float((single.states()[net][key] - value).abs().max())
                moved = float((value - before[net][key]).abs().max())
                group = f"{net}, {kind(net, key)} after"
                groups[group] = max(groups.get(group, (0.0, 0.0, "")), (distance, moved, key))
            for key, value in double.gradients[net].items():
                # Of the tensor's largest value, but in itself where the true gradient is zero.
                scale = 1 if "before" in kind(net, key) else float(value.abs().max()) or 1
                distance = float((single.gradients[net][key] - value).abs().max()) / scale
                group = f"{net}, first gradient of {kind(net, key)}"
                groups[group] = max(groups.get(group, (0.0, 0.0, "")), (distance, float(value.abs().max()), key))
        for group, (distance, size, key) in groups.items():
            print(f"  {group}: max |{path} - f64| = {distance:.2e} in {key} (moved by, or largest value: {size:.2e})")
