"""Residual blocks and nets of SSGAN, SNGAN, DCGAN and WGAN-GP, with the names that Mimicry's checkpoints have."""
import math

import torch
import torch.nn.functional as F
from torch import nn


def conv(inputs, outputs, size, gain, spectral):
    """A stride-1 convolution that keeps the extent; Xavier-uniform weight (PyTorch's own without a gain), PyTorch's own bias."""
    layer = nn.Conv2d(inputs, outputs, size, padding=size // 2)
    if gain is not None:
        nn.init.xavier_uniform_(layer.weight, gain)
    return nn.utils.spectral_norm(layer) if spectral else layer


def linear(inputs, outputs):
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight)
    return layer


class HeadLinear(nn.Module):
    """The spectrally normalised heads of SSGAN-32. They keep u alone, as a row, and iterate in evaluation too (unsaved)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        plain = linear(inputs, outputs)
        self.weight, self.bias = plain.weight, plain.bias
        self.register_buffer("sn_u", torch.randn(1, outputs))
        self.register_buffer("sn_sigma", torch.ones(1))

    def forward(self, x):
        with torch.no_grad():
            v = F.normalize(self.sn_u @ self.weight, eps=1e-12)
            u = F.normalize(v @ self.weight.t(), eps=1e-12)
        sigma = (u @ self.weight @ v.t()).squeeze()
        if self.training:
            self.sn_u = u
            self.sn_sigma = sigma.detach().reshape(1)
        return F.linear(x, self.weight / sigma, self.bias)


class GBlock(nn.Module):
    """BN, ReLU, up x2, conv 3x3, BN, ReLU, conv 3x3; shortcut: up x2, conv 1x1. `norm` may need the labels."""

    def __init__(self, inputs, outputs, shortcut_gain=1, norm=nn.BatchNorm2d, spectral=False):
        super().__init__()
        self.c1 = conv(inputs, outputs, 3, math.sqrt(2), spectral)
        self.c2 = conv(outputs, outputs, 3, math.sqrt(2), spectral)
        self.b1 = norm(inputs)
        self.b2 = norm(outputs)
        self.c_sc = conv(inputs, outputs, 1, shortcut_gain, spectral)

    @staticmethod
    def up(x):
        return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)

    def forward(self, x, *labels):
        h = self.c1(self.up(F.relu(self.b1(x, *labels))))
        h = self.c2(F.relu(self.b2(h, *labels)))
        return h + self.c_sc(self.up(x))


class DBlock(nn.Module):
    """
    ReLU, conv 3x3, ReLU, conv 3x3, average pool if `down`; shortcut: conv 1x1 (where channels or extent change), average pool.
    In Mimicry the first ReLU works in place, so the shortcut sees ReLU(x): `in_place`.
    """

    def __init__(self, inputs, outputs, down, in_place, spectral=True, shortcut_gain=1):
        super().__init__()
        self.down, self.in_place = down, in_place
        self.c1 = conv(inputs, inputs, 3, math.sqrt(2), spectral)
        self.c2 = conv(inputs, outputs, 3, math.sqrt(2), spectral)
        if down or inputs != outputs:
            self.c_sc = conv(inputs, outputs, 1, shortcut_gain, spectral)

    def forward(self, x):
        h = F.relu(x)
        shortcut = h if self.in_place else x
        h = self.c2(F.relu(self.c1(h)))
        if hasattr(self, "c_sc"):
            shortcut = self.c_sc(shortcut)
        return F.avg_pool2d(h, 2) + F.avg_pool2d(shortcut, 2) if self.down else h + shortcut


class DBlockOptimized(nn.Module):
    """conv 3x3, ReLU, conv 3x3, average pool; shortcut: average pool, conv 1x1."""

    def __init__(self, inputs, outputs, spectral=True, shortcut_gain=1):
        super().__init__()
        self.c1 = conv(inputs, outputs, 3, math.sqrt(2), spectral)
        self.c2 = conv(outputs, outputs, 3, math.sqrt(2), spectral)
        self.c_sc = conv(inputs, outputs, 1, shortcut_gain, spectral)

    def forward(self, x):
        return F.avg_pool2d(self.c2(F.relu(self.c1(x))), 2) + self.c_sc(F.avg_pool2d(x, 2))


# By image size. G: the first map's extent, then by how much the width is divided at the start and after each block. D: by how
# much the width is divided after each block, and how many blocks halve the extent.
GENERATORS = {32: (4, [1, 1, 1, 1]), 48: (6, [1, 2, 4, 8]), 64: (4, [1, 2, 4, 8, 16]), 128: (4, [1, 1, 2, 4, 8, 16])}
DISCRIMINATORS = {32: ([1, 1, 1, 1], 2), 48: ([16, 8, 4, 2, 1], 4), 64: ([16, 8, 4, 2, 1], 5), 128: ([16, 8, 4, 2, 1, 1], 5)}


class Generator(nn.Module):
    """
    z (N, nz) to images (N, 3, size, size) in (-1, 1); l1's outputs are read as (ngf, width, width). The same net in all
    unconditional GANs; WGAN-GP leaves shortcuts and the last convolution as PyTorch draws them (`shortcut_gain` None).
    `attention`, behind block n, comes in derived classes.
    """

    attention = 0

    def __init__(self, size, nz, ngf, shortcut_gain=1, norm=nn.BatchNorm2d, spectral=False):
        super().__init__()
        self.ngf = ngf
        self.width, divisors = GENERATORS[size]
        self.l1 = linear(nz, self.width ** 2 * ngf)
        if spectral:
            nn.utils.spectral_norm(self.l1)
        channels = [ngf // divisor for divisor in divisors]
        for i, (inputs, outputs) in enumerate(zip(channels, channels[1:])):
            self.add_module(f"block{i + 2}", GBlock(inputs, outputs, shortcut_gain, norm, spectral))
        self.last = len(channels) + 1
        self.add_module(f"b{self.last}", nn.BatchNorm2d(channels[-1]))
        self.add_module(f"c{self.last}", conv(channels[-1], 3, 3, shortcut_gain, spectral))

    def forward(self, z, *labels):
        h = self.l1(z).view(len(z), self.ngf, self.width, self.width)
        for i in range(2, self.last):
            h = self.get_submodule(f"block{i}")(h, *labels)
            if i == self.attention:
                h = self.attn_block(h)
        h = F.relu(self.get_submodule(f"b{self.last}")(h))
        return torch.tanh(self.get_submodule(f"c{self.last}")(h))


class Trunk(nn.Module):
    """The blocks of a discriminator, for images (N, 3, size, size); `attention`, behind block n, comes in derived classes."""

    attention = 0

    def __init__(self, size, ndf, in_place=True, spectral=True, shortcut_gain=1):
        super().__init__()
        divisors, halvings = DISCRIMINATORS[size]
        channels = [ndf // divisor for divisor in divisors]
        self.block1 = DBlockOptimized(3, channels[0], spectral, shortcut_gain)
        for i, (inputs, outputs) in enumerate(zip(channels, channels[1:])):
            self.add_module(f"block{i + 2}", DBlock(inputs, outputs, i + 1 < halvings, in_place, spectral, shortcut_gain))
        self.blocks = len(channels)

    def features(self, x):
        for i in range(self.blocks):
            x = self.get_submodule(f"block{i + 1}")(x)
            if i + 1 == self.attention:
                x = self.attn_block(x)
        return F.relu(x)


class SsganDiscriminator32(Trunk):
    """Images (N, 3, 32, 32) to logits (N, 1) and rotation logits (N, 4)."""

    def __init__(self, ndf, in_place=True):
        super().__init__(32, ndf, in_place)
        self.l5 = HeadLinear(ndf, 1)
        self.l_y = HeadLinear(ndf, 4)

    def forward(self, x):
        h = self.features(x).sum(dim=(2, 3))
        return self.l5(h), self.l_y(h)


class SnganDiscriminator(Trunk):
    """Images to logits (N, 1); everything is spectrally normalised; sum pooling."""

    def __init__(self, size, ndf):
        super().__init__(size, ndf)
        self.head = {32: "l5", 48: "l5", 64: "l6", 128: "l7"}[size]
        self.add_module(self.head, nn.utils.spectral_norm(linear(ndf, 1)))

    def forward(self, x):
        return self.get_submodule(self.head)(self.features(x).sum(dim=(2, 3)))


class DcganDiscriminator32(Trunk):
    """Images to logits (N, 1); nothing is normalised; sum pooling."""

    def __init__(self, ndf):
        super().__init__(32, ndf, spectral=False)
        self.l5 = linear(ndf, 1)

    def forward(self, x):
        return self.l5(self.features(x).sum(dim=(2, 3)))


class WganGpDiscriminator(Trunk):
    """Images to logits (N, 1); nothing is normalised; shortcuts as PyTorch draws them; mean pooling."""

    def __init__(self, size, ndf):
        super().__init__(size, ndf, spectral=False, shortcut_gain=None)
        self.head = {32: "l5", 48: "l6", 64: "l6", 128: "l7"}[size]
        self.add_module(self.head, linear(ndf, 1))

    def forward(self, x):
        return self.get_submodule(self.head)(self.features(x).mean(dim=(2, 3)))


def rotate_batch(x):
    """Image i of N turns counter-clockwise by its label floor(4 i / N) quarter turns."""
    labels = torch.arange(len(x)) * 4 // len(x)
    return torch.stack([torch.rot90(image, int(k), (1, 2)) for image, k in zip(x, labels)]), labels
