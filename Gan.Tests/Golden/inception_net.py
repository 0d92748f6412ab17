"""
TensorFlow's inception-2015-12-05 under pytorch-fid's names of its parts, written from a description of its layers, and values
that a formula gives for its weights, since the real ones are a file of 96 MB.
"""
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Unit(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, inputs, outputs, kernel, **how):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, bias=False, **how)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


def mean_of_pixels(x):
    return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)


def largest(x):
    return F.max_pool2d(x, 3, stride=1, padding=1)


class MixedA(nn.Module):
    def __init__(self, inputs, pooled):
        super().__init__()
        self.branch1x1 = Unit(inputs, 64, 1)
        self.branch5x5_1 = Unit(inputs, 48, 1)
        self.branch5x5_2 = Unit(48, 64, 5, padding=2)
        self.branch3x3dbl_1 = Unit(inputs, 64, 1)
        self.branch3x3dbl_2 = Unit(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = Unit(96, 96, 3, padding=1)
        self.branch_pool = Unit(inputs, pooled, 1)

    def forward(self, x):
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch1x1(x), self.branch5x5_2(self.branch5x5_1(x)), double,
                          self.branch_pool(mean_of_pixels(x))], 1)


class MixedB(nn.Module):
    def __init__(self):
        super().__init__()
        self.branch3x3 = Unit(288, 384, 3, stride=2)
        self.branch3x3dbl_1 = Unit(288, 64, 1)
        self.branch3x3dbl_2 = Unit(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = Unit(96, 96, 3, stride=2)

    def forward(self, x):
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), double, F.max_pool2d(x, 3, stride=2)], 1)


class MixedC(nn.Module):
    def __init__(self, c):
        super().__init__()
        row, column = {"kernel": (1, 7), "padding": (0, 3)}, {"kernel": (7, 1), "padding": (3, 0)}
        self.branch1x1 = Unit(768, 192, 1)
        self.branch7x7_1 = Unit(768, c, 1)
        self.branch7x7_2 = Unit(c, c, **row)
        self.branch7x7_3 = Unit(c, 192, **column)
        self.branch7x7dbl_1 = Unit(768, c, 1)
        self.branch7x7dbl_2 = Unit(c, c, **column)
        self.branch7x7dbl_3 = Unit(c, c, **row)
        self.branch7x7dbl_4 = Unit(c, c, **column)
        self.branch7x7dbl_5 = Unit(c, 192, **row)
        self.branch_pool = Unit(768, 192, 1)

    def forward(self, x):
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        return torch.cat([self.branch1x1(x), self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x))),
                          self.branch7x7dbl_5(self.branch7x7dbl_4(double)), self.branch_pool(mean_of_pixels(x))], 1)


class MixedD(nn.Module):
    def __init__(self):
        super().__init__()
        self.branch3x3_1 = Unit(768, 192, 1)
        self.branch3x3_2 = Unit(192, 320, 3, stride=2)
        self.branch7x7x3_1 = Unit(768, 192, 1)
        self.branch7x7x3_2 = Unit(192, 192, (1, 7), padding=(0, 3))
        self.branch7x7x3_3 = Unit(192, 192, (7, 1), padding=(3, 0))
        self.branch7x7x3_4 = Unit(192, 192, 3, stride=2)

    def forward(self, x):
        long = self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x)))
        return torch.cat([self.branch3x3_2(self.branch3x3_1(x)), self.branch7x7x3_4(long),
                          F.max_pool2d(x, 3, stride=2)], 1)


class MixedE(nn.Module):
    def __init__(self, inputs, pool):
        super().__init__()
        self.pool = pool
        row, column = {"kernel": (1, 3), "padding": (0, 1)}, {"kernel": (3, 1), "padding": (1, 0)}
        self.branch1x1 = Unit(inputs, 320, 1)
        self.branch3x3_1 = Unit(inputs, 384, 1)
        self.branch3x3_2a = Unit(384, 384, **row)
        self.branch3x3_2b = Unit(384, 384, **column)
        self.branch3x3dbl_1 = Unit(inputs, 448, 1)
        self.branch3x3dbl_2 = Unit(448, 384, 3, padding=1)
        self.branch3x3dbl_3a = Unit(384, 384, **row)
        self.branch3x3dbl_3b = Unit(384, 384, **column)
        self.branch_pool = Unit(inputs, 192, 1)

    def forward(self, x):
        single, double = self.branch3x3_1(x), self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        return torch.cat([self.branch1x1(x), self.branch3x3_2a(single), self.branch3x3_2b(single),
                          self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double), self.branch_pool(self.pool(x))], 1)


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.Conv2d_1a_3x3 = Unit(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = Unit(32, 32, 3)
        self.Conv2d_2b_3x3 = Unit(32, 64, 3, padding=1)
        self.Conv2d_3b_1x1 = Unit(64, 80, 1)
        self.Conv2d_4a_3x3 = Unit(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = MixedA(192, 32), MixedA(256, 64), MixedA(288, 64)
        self.Mixed_6a = MixedB()
        self.Mixed_6b, self.Mixed_6c, self.Mixed_6d, self.Mixed_6e = MixedC(128), MixedC(160), MixedC(160), MixedC(192)
        self.Mixed_7a = MixedD()
        self.Mixed_7b, self.Mixed_7c = MixedE(1280, mean_of_pixels), MixedE(2048, largest)
        self.fc = nn.Linear(2048, 1008)

    def forward(self, x):
        """(N, 3, 299, 299) as the network takes it -> features (N, 2048), logits without bias (N, 1008)."""
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(x, 3, stride=2)))
        x = F.max_pool2d(x, 3, stride=2)
        for stage in "5b 5c 5d 6a 6b 6c 6d 6e 7a 7b 7c".split():
            x = getattr(self, f"Mixed_{stage}")(x)
        features = x.mean((2, 3))
        return features, features @ self.fc.weight.T


def draws(name, count):
    """Numbers in [-1, 1) that a hash (MurmurHash3's finaliser) makes of a name (by FNV-1a) and the position."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = (seed ^ byte) * 0x01000193 & 0xFFFFFFFF
    h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(seed)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return (h >> np.uint32(8)).astype(np.float64) / 2**23 - 1


def weights(name, shape):
    """Values of a key of the state, F32: filters of He's size, batch norms near the identity."""
    u = draws(name, math.prod(shape))
    if name.endswith("conv.weight"):
        u *= math.sqrt(6 / (shape[1] * shape[2] * shape[3]))
    elif name == "fc.weight":
        u *= math.sqrt(6 / shape[1])
    elif name.endswith("bn.weight"):
        u = 1 + 0.25 * u
    elif name.endswith("running_var"):
        u = 1 + 0.5 * u
    else:
        u *= 0.25
    return u.astype(np.float32).reshape(shape)


def by_formula():
    net = Inception().double().eval()
    net.load_state_dict({name: torch.from_numpy(weights(name, tuple(value.shape))) if value.dim() else value
                         for name, value in net.state_dict().items()})
    return net
