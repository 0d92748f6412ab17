"""SSGAN's residual blocks and 32x32 nets, with the parameter and buffer names that Mimicry's checkpoints have."""
import math

import torch
import torch.nn.functional as F
from torch import nn


def conv(inputs, outputs, size, gain, spectral):
    """A stride-1 convolution that keeps the extent; Xavier-uniform weight, PyTorch's own bias."""
    layer = nn.Conv2d(inputs, outputs, size, padding=size // 2)
    nn.init.xavier_uniform_(layer.weight, gain)
    return nn.utils.spectral_norm(layer) if spectral else layer


class HeadLinear(nn.Module):
    """The spectrally normalised heads of the 32x32 discriminator. They keep u alone, as a row, and iterate in evaluation too (unsaved)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        plain = nn.Linear(inputs, outputs)
        nn.init.xavier_uniform_(plain.weight)
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
    """BN, ReLU, up x2, conv 3x3, BN, ReLU, conv 3x3; shortcut: up x2, conv 1x1."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.c1 = conv(inputs, outputs, 3, math.sqrt(2), False)
        self.c2 = conv(outputs, outputs, 3, math.sqrt(2), False)
        self.b1 = nn.BatchNorm2d(inputs)
        self.b2 = nn.BatchNorm2d(outputs)
        self.c_sc = conv(inputs, outputs, 1, 1, False)

    @staticmethod
    def up(x):
        return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)

    def forward(self, x):
        h = self.c1(self.up(F.relu(self.b1(x))))
        h = self.c2(F.relu(self.b2(h)))
        return h + self.c_sc(self.up(x))


class DBlock(nn.Module):
    """
    ReLU, conv 3x3, ReLU, conv 3x3, average pool if `down`; shortcut: conv 1x1 (where channels or extent change), average pool.
    In Mimicry the first ReLU works in place, so the shortcut sees ReLU(x): `in_place`.
    """

    def __init__(self, inputs, outputs, down, in_place):
        super().__init__()
        self.down, self.in_place = down, in_place
        self.c1 = conv(inputs, inputs, 3, math.sqrt(2), True)
        self.c2 = conv(inputs, outputs, 3, math.sqrt(2), True)
        if down or inputs != outputs:
            self.c_sc = conv(inputs, outputs, 1, 1, True)

    def forward(self, x):
        h = F.relu(x)
        shortcut = h if self.in_place else x
        h = self.c2(F.relu(self.c1(h)))
        if hasattr(self, "c_sc"):
            shortcut = self.c_sc(shortcut)
        return F.avg_pool2d(h, 2) + F.avg_pool2d(shortcut, 2) if self.down else h + shortcut


class DBlockOptimized(nn.Module):
    """conv 3x3, ReLU, conv 3x3, average pool; shortcut: average pool, conv 1x1."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.c1 = conv(inputs, outputs, 3, math.sqrt(2), True)
        self.c2 = conv(outputs, outputs, 3, math.sqrt(2), True)
        self.c_sc = conv(inputs, outputs, 1, 1, True)

    def forward(self, x):
        return F.avg_pool2d(self.c2(F.relu(self.c1(x))), 2) + self.c_sc(F.avg_pool2d(x, 2))


class Generator32(nn.Module):
    """z (N, nz) to images (N, 3, 32, 32) in (-1, 1); l1's outputs are read as (ngf, 4, 4)."""

    def __init__(self, nz, ngf):
        super().__init__()
        self.nz, self.ngf = nz, ngf
        self.l1 = nn.Linear(nz, 16 * ngf)
        nn.init.xavier_uniform_(self.l1.weight)
        self.block2 = GBlock(ngf, ngf)
        self.block3 = GBlock(ngf, ngf)
        self.block4 = GBlock(ngf, ngf)
        self.b5 = nn.BatchNorm2d(ngf)
        self.c5 = conv(ngf, 3, 3, 1, False)

    def forward(self, z):
        h = self.l1(z).view(len(z), self.ngf, 4, 4)
        h = self.block4(self.block3(self.block2(h)))
        return torch.tanh(self.c5(F.relu(self.b5(h))))


class Discriminator32(nn.Module):
    """Images (N, 3, 32, 32) to logits (N, 1) and rotation logits (N, 4)."""

    def __init__(self, ndf, in_place=True):
        super().__init__()
        self.block1 = DBlockOptimized(3, ndf)
        self.block2 = DBlock(ndf, ndf, True, in_place)
        self.block3 = DBlock(ndf, ndf, False, in_place)
        self.block4 = DBlock(ndf, ndf, False, in_place)
        self.l5 = HeadLinear(ndf, 1)
        self.l_y = HeadLinear(ndf, 4)

    def forward(self, x):
        h = self.block4(self.block3(self.block2(self.block1(x))))
        h = F.relu(h).sum(dim=(2, 3))
        return self.l5(h), self.l_y(h)


def rotate_batch(x):
    """Image i of N turns counter-clockwise by its label floor(4 i / N) quarter turns."""
    labels = torch.arange(len(x)) * 4 // len(x)
    return torch.stack([torch.rot90(image, int(k), (1, 2)) for image, k in zip(x, labels)]), labels
