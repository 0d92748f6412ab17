"""Twenty steps of SSGAN-32 in Mimicry's order of events, in doubles (the reference) and in singles (how far rounding leads)."""
import copy

import torch
import torch.nn.functional as F

from golden_io import Golden
from golden_nets import floats
from ssgan_nets import Discriminator32, Generator32, rotate_batch

STEPS, N_DIS, BATCH, NZ, WIDTH, RATE = 20, 2, 8, 32, 16, 2e-4


def judge(d, batches, one_pass):
    """The discriminator's logits and rotation on each batch: one after the other (Mimicry), or as one batch (compare_gan)."""
    if not one_pass:
        return [d(x) for x in batches]
    logits, rotation = d(torch.cat(batches))
    sizes = [len(x) for x in batches]
    return list(zip(logits.split(sizes), rotation.split(sizes)))


def train(generator, discriminator, z, real, dtype, one_pass=False):
    """z (steps, n_dis + 1, batch, nz); real (steps, n_dis, batch, 3, 32, 32) bytes. Returns the losses of every update."""
    g, d = generator.to(dtype).train(), discriminator.to(dtype).train()
    optimizers = [torch.optim.Adam(net.parameters(), lr=RATE, betas=(0.0, 0.9), eps=1e-8) for net in (g, d)]
    losses = {k: torch.zeros(STEPS, N_DIS, dtype=torch.float64) for k in ("d_adversarial", "d_rotation")}
    losses.update({k: torch.zeros(STEPS, dtype=torch.float64) for k in ("g_adversarial", "g_rotation")})
    for step in range(STEPS):
        for i in range(N_DIS):
            d.zero_grad()
            x = real[step, i].to(dtype) / 127.5 - 1
            fake = g(z[step, i].to(dtype)).detach()
            turned, labels = rotate_batch(x)
            (on_real, _), (on_fake, _), (_, guess) = judge(d, [x, fake, turned], one_pass)
            adversarial = F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()
            rotation = F.cross_entropy(guess, labels)
            (adversarial + 1.0 * rotation).backward()
            optimizers[1].step()
            losses["d_adversarial"][step, i], losses["d_rotation"][step, i] = adversarial.item(), rotation.item()
        g.zero_grad()
        fake = g(z[step, N_DIS].to(dtype))
        turned, labels = rotate_batch(fake)
        (on_fake, _), (_, guess) = judge(d, [fake, turned], one_pass)
        adversarial = -on_fake.mean()
        rotation = F.cross_entropy(guess, labels)
        (adversarial + 0.2 * rotation).backward()
        optimizers[0].step()
        losses["g_adversarial"][step], losses["g_rotation"][step] = adversarial.item(), rotation.item()
        for optimizer in optimizers:
            optimizer.param_groups[0]["lr"] = RATE * (1 - (step + 1) / STEPS)
    return losses


def shapes_of_colour(rng):
    """Smooth random images with an upright gradient, so that there is a rotation to learn."""
    count = STEPS * N_DIS * BATCH
    coarse = torch.randn(count, 3, 5, 5, generator=rng)
    x = F.interpolate(coarse, size=32, mode="bilinear", align_corners=True) + torch.linspace(1, -1, 32).view(1, 1, 32, 1)
    x = x + 0.1 * torch.randn(x.shape, generator=rng)
    return (127.5 * (1 + torch.tanh(x))).round().clamp(0, 255).to(torch.uint8).view(STEPS, N_DIS, BATCH, 3, 32, 32)


def make_train(metadata):
    torch.manual_seed(20)
    rng = torch.Generator().manual_seed(20)
    generator, discriminator = Generator32(NZ, WIDTH), Discriminator32(WIDTH)
    z = torch.randn(STEPS, N_DIS + 1, BATCH, NZ, generator=rng)
    real = shapes_of_colour(rng)

    golden = Golden(metadata)
    golden.settings("train", steps=STEPS, n_dis=N_DIS, batch=BATCH, nz=NZ, width=WIDTH, lr=RATE, beta1=0, beta2=0.9, eps=1e-8,
                    d_rotation_weight=1.0, g_rotation_weight=0.2)
    golden.put("train", z=z, real=real)
    for name, net in (("g", generator), ("d", discriminator)):
        golden.put(f"{name}/before", **floats(net.state_dict()))

    nets = {dtype: (copy.deepcopy(generator), copy.deepcopy(discriminator)) for dtype in (torch.float64, torch.float32)}
    losses = {dtype: train(*nets[dtype], z, real, dtype) for dtype in nets}
    golden.put_f64("loss", **losses[torch.float64])
    golden.put_f64("loss_f32", **losses[torch.float32])
    golden.put_f64("loss_one_pass", **train(copy.deepcopy(generator), copy.deepcopy(discriminator), z, real, torch.float64, one_pass=True))
    for i, name in enumerate("gd"):
        golden.put(f"{name}/after", **floats(nets[torch.float64][i].state_dict()))
    report_drift(losses, nets, {"g": generator.state_dict(), "d": discriminator.state_dict()})
    return golden


def report_drift(losses, nets, before):
    """Prints what README.md states: the distance of the run in singles from the run in doubles."""
    for name, exact in losses[torch.float64].items():
        distance = (losses[torch.float32][name] - exact).abs().flatten()
        first, last = exact.flatten()[[0, -1]]
        print(f"  {name}: max |f32 - f64| = {distance.max():.2e} (first {distance[0]:.1e}); value {first:.4f} -> {last:.4f}")
    for i, name in enumerate("gd"):
        single, double = (floats(nets[dtype][i].state_dict()) for dtype in (torch.float32, torch.float64))
        groups = {}
        for key, value in double.items():
            # Batch norm removes whatever the biases of G's blocks add: their true gradient is zero, Adam follows rounding errors.
            kind = "biases before a batch norm" if name == "g" and "block" in key and ".c" in key and key.endswith("bias") \
                else "running means" if key.endswith("running_mean") else "running variances" if key.endswith("running_var") \
                else "u, v and sigma" if key.endswith(("_u", "_v", "_sigma")) else "all other weights"
            distance, moved = float((single[key] - value).abs().max()), float((value - before[name][key]).abs().max())
            groups[kind] = max(groups.get(kind, (0.0, 0.0, "")), (distance, moved, key))
        for kind, (distance, moved, key) in groups.items():
            print(f"  {name}, {kind}: max |f32 - f64| = {distance:.2e} in {key}, which moved by up to {moved:.2e}")
