"""The networks of the SSGAN workload, as a PyTorch user writes them."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class SN(nn.Module):
    """Spectral normalisation (one power iteration a forward) around a conv or linear layer."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        w = layer.weight
        self.register_buffer("u", F.normalize(torch.randn(w.shape[0]), dim=0))

    def weight(self):
        w = self.layer.weight
        mat = w.flatten(1)
        with torch.no_grad():
            m = mat.float()
            v = F.normalize(m.t() @ self.u, dim=0)
            u = F.normalize(m @ v, dim=0)
            self.u.copy_(u)
        sigma = torch.dot(u, mat @ v)
        return w / sigma

    def forward(self, x):
        if isinstance(self.layer, nn.Conv2d):
            return F.conv2d(x, self.weight(), self.layer.bias, 1, self.layer.padding)
        return F.linear(x, self.weight(), self.layer.bias)


def conv(cin, cout, k, sn=False, gain=1.0):
    layer = nn.Conv2d(cin, cout, k, padding=k // 2)
    nn.init.xavier_uniform_(layer.weight, gain)
    return SN(layer) if sn else layer


def up(x):
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class GBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.b1, self.b2 = nn.BatchNorm2d(c), nn.BatchNorm2d(c)
        self.c1, self.c2 = conv(c, c, 3, gain=2 ** 0.5), conv(c, c, 3, gain=2 ** 0.5)
        self.cs = conv(c, c, 1)

    def forward(self, x):
        h = self.c1(up(F.relu(self.b1(x))))
        h = self.c2(F.relu(self.b2(h)))
        return h + self.cs(up(x))


class Generator(nn.Module):
    def __init__(self, nz=128, c=256, blocks=3):
        super().__init__()
        self.c, self.nz = c, nz
        self.l1 = nn.Linear(nz, 16 * c)
        nn.init.xavier_uniform_(self.l1.weight)
        self.blocks = nn.ModuleList(GBlock(c) for _ in range(blocks))
        self.bn, self.out = nn.BatchNorm2d(c), conv(c, 3, 3)

    def forward(self, z):
        h = self.l1(z).view(z.shape[0], self.c, 4, 4)
        for b in self.blocks:
            h = b(h)
        return torch.tanh(self.out(F.relu(self.bn(h))))


class DBlock(nn.Module):
    def __init__(self, cin, cout, down, first=False):
        super().__init__()
        self.down, self.first = down, first
        self.c1 = conv(cin, cout if first else cin, 3, True, 2 ** 0.5)
        self.c2 = conv(cout if first else cin, cout, 3, True, 2 ** 0.5)
        self.cs = conv(cin, cout, 1, True) if (cin != cout or down) else None

    def forward(self, x):
        h = self.c1(x if self.first else F.relu(x))
        h = self.c2(F.relu(h))
        if self.down:
            h = F.avg_pool2d(h, 2)
        s = x
        if self.cs is not None:
            if self.first:
                s = self.cs(F.avg_pool2d(x, 2))
            else:
                s = self.cs(x)
                s = F.avg_pool2d(s, 2) if self.down else s
        return h + s


class Discriminator(nn.Module):
    def __init__(self, c=128):
        super().__init__()
        self.body = nn.Sequential(DBlock(3, c, True, True), DBlock(c, c, True), DBlock(c, c, False), DBlock(c, c, False))
        self.gan, self.rot = SN(nn.Linear(c, 1)), SN(nn.Linear(c, 4))

    def forward(self, x):
        h = F.relu(self.body(x)).sum((2, 3))
        return self.gan(h), self.rot(h)


def rotate_quarters(x):
    q = x.shape[0] // 4
    a, b, c, d = x[:q], x[q:2 * q], x[2 * q:3 * q], x[3 * q:]
    return torch.cat([a, b.transpose(2, 3).flip(2), c.flip(2).flip(3), d.transpose(2, 3).flip(3)])
