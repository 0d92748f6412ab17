"""compare_gan's residual networks at 32 pixels: zeros between pixels, 3x3 shortcuts of x itself, means of 2x2 and of pixels."""
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm

from golden_io import Golden

COUNT, LATENT, WIDTH = 3, 8, 6


def between_zeros(x):
    y = x.new_zeros(x.shape[0], x.shape[1], 2 * x.shape[2], 2 * x.shape[3])
    y[:, :, ::2, ::2] = x
    return y


def maybe(layer, spectral):
    nn.init.normal_(layer.weight, 0, 0.3)
    nn.init.normal_(layer.bias, 0, 0.1)
    return spectral_norm(layer) if spectral else layer


class Block(nn.Module):
    def __init__(self, inputs, outputs, scale, normalised, spectral):
        super().__init__()
        self.scale = scale
        self.c1 = maybe(nn.Conv2d(inputs, outputs, 3, padding=1), spectral)
        self.c2 = maybe(nn.Conv2d(outputs, outputs, 3, padding=1), spectral)
        self.c_sc = maybe(nn.Conv2d(inputs, outputs, 3, padding=1), spectral)
        self.b1 = nn.BatchNorm2d(inputs) if normalised else nn.Identity()
        self.b2 = nn.BatchNorm2d(outputs) if normalised else nn.Identity()

    def forward(self, x):
        larger = between_zeros if self.scale == "up" else lambda t: t
        smaller = (lambda t: F.avg_pool2d(t, 2)) if self.scale == "down" else lambda t: t
        h = self.c1(larger(F.relu(self.b1(x))))
        h = smaller(self.c2(F.relu(self.b2(h))))
        return h + smaller(self.c_sc(larger(x)))


class Generator(nn.Module):
    def __init__(self, spectral):
        super().__init__()
        self.l1 = maybe(nn.Linear(LATENT, 16 * WIDTH), spectral)
        for i in range(3):
            self.add_module(f"block{i + 2}", Block(WIDTH, WIDTH, "up", True, spectral))
        self.b5 = nn.BatchNorm2d(WIDTH)
        self.c5 = maybe(nn.Conv2d(WIDTH, 3, 3, padding=1), spectral)

    def forward(self, z):
        h = self.l1(z).reshape(-1, WIDTH, 4, 4)
        for block in (self.block2, self.block3, self.block4):
            h = block(h)
        return torch.sigmoid(self.c5(F.relu(self.b5(h)))) * 2 - 1


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        for i, scale in enumerate(("down", "down", "same", "same")):
            self.add_module(f"block{i + 1}", Block(3 if i == 0 else WIDTH, WIDTH, scale, False, True))
        self.l5 = maybe(nn.Linear(WIDTH, 1), True)
        self.l_y = maybe(nn.Linear(WIDTH, 4), True)

    def forward(self, x):
        h = (x + 1) / 2
        for block in (self.block1, self.block2, self.block3, self.block4):
            h = block(h)
        h = F.relu(h).mean(dim=(2, 3))
        return self.l5(h), self.l_y(h)


def state(network):
    return {key: value for key, value in network.state_dict().items() if "num_batches" not in key}


def float_exact(network):
    """Doubles that are exact in float32."""
    network.float().double()
    return network


def make_compare_gan(metadata):
    golden = Golden(metadata)
    torch.manual_seed(21)
    for name, spectral in (("g", False), ("g_spectral", True)):
        network = float_exact(Generator(spectral))
        golden.put(f"{name}/state", **state(network))
        z = torch.randn(COUNT, LATENT).double().requires_grad_()
        network.eval()
        golden.put(name, z=z, y_eval=network(z))
        network.train()
        y = network(z)
        dy = torch.randn(y.shape).double()
        y.backward(dy)
        golden.put(name, y=y, dy=dy, dz=z.grad)
    network = float_exact(Discriminator())
    golden.put("d/state", **state(network))
    x = (torch.rand(COUNT, 3, 32, 32) * 2 - 1).double().requires_grad_()
    network.eval()
    logit, rotation = network(x)
    golden.put("d", x=x, logit_eval=logit, rotation_eval=rotation)
    network.train()
    logit, rotation = network(x)
    dlogit, drotation = torch.randn(COUNT, 1).double(), torch.randn(COUNT, 4).double()
    torch.autograd.backward([logit, rotation], [dlogit, drotation])
    golden.put("d", logit=logit, rotation=rotation, dlogit=dlogit, drotation=drotation, dx=x.grad)
    golden.put("d/grad", **{name: p.grad for name, p in network.named_parameters()})
    return golden
