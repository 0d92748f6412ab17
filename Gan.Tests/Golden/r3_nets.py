"""
The networks of R3GAN (Huang et al. 2024): residual blocks with a grouped convolution, no normalisation, a learned 4x4 basis at
either end. A stage is (channels, groups, blocks), from 4x4 to the whole image; both networks have the same.
"""
import torch
import torch.nn.functional as F
from torch import nn

TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0], dtype=torch.float64)


def kernel_of(x):
    """[1, 3, 3, 1] in both directions with sum 1, one for each channel."""
    square = torch.outer(TAPS, TAPS)
    return (square / square.sum()).to(x.dtype).expand(x.shape[1], 1, 4, 4)


def halve(x):
    return F.conv2d(x, kernel_of(x), stride=2, padding=1, groups=x.shape[1])


def double(x):
    return F.conv_transpose2d(x, 4 * kernel_of(x), stride=2, padding=1, groups=x.shape[1])


def pointwise(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 1, bias=False)


class BiasedLeakyRelu(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return F.leaky_relu(x + self.bias.view(1, -1, 1, 1), 0.2)


class Block(nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        inner = 2 * channels
        self.conv1, self.act1 = pointwise(channels, inner), BiasedLeakyRelu(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, padding=1, groups=groups, bias=False)
        self.act2, self.conv3 = BiasedLeakyRelu(inner), pointwise(inner, channels)

    def forward(self, x):
        return x + self.conv3(self.act2(self.conv2(self.act1(self.conv1(x)))))


class Stage(nn.Module):
    """Blocks, with a change of width before them in G and behind them in D."""

    def __init__(self, stage, change=None):
        super().__init__()
        channels, groups, blocks = stage
        if change and change[0] != change[1]:
            self.change = pointwise(*change)
        self.names = [f"block{i + 1}" for i in range(blocks)]
        for name in self.names:
            setattr(self, name, Block(channels, groups))

    def adapt(self, x):
        return self.change(x) if hasattr(self, "change") else x

    def forward(self, x):
        for name in self.names:
            x = getattr(self, name)(x)
        return x


class Start(nn.Module):
    """Each channel is a learned 4x4 map times a number made of z."""

    def __init__(self, inputs, channels):
        super().__init__()
        self.maps, self.weight = nn.Parameter(torch.empty(1, channels, 4, 4)), nn.Parameter(torch.empty(channels, inputs))

    def forward(self, z):
        return self.maps * (z @ self.weight.t())[:, :, None, None]


class End(nn.Module):
    """Each channel is looked for one learned 4x4 map."""

    def __init__(self, channels, outputs):
        super().__init__()
        self.maps = nn.Conv2d(channels, channels, 4, groups=channels, bias=False)
        self.weight = nn.Parameter(torch.empty(outputs, channels))

    def forward(self, x):
        return self.maps(x).flatten(1) @ self.weight.t()


class Generator(nn.Module):
    def __init__(self, stages, nz, classes=0, label_width=0):
        super().__init__()
        width, last = stages[0][0], stages[-1][0]
        if classes:
            self.embedding = nn.Embedding(classes, label_width)
        self.start = Start(nz + label_width, width)
        self.names = [f"stage{i + 1}" for i in range(len(stages))]
        for i, name in enumerate(self.names):
            setattr(self, name, Stage(stages[i], (stages[i - 1][0], stages[i][0]) if i else None))
        self.rgb = pointwise(last, 3)

    def forward(self, z, labels=None):
        if labels is not None:
            z = torch.cat([z, self.embedding(labels)], 1)
        x = self.start(z)
        for i, name in enumerate(self.names):
            stage = getattr(self, name)
            x = stage(double(stage.adapt(x)) if i else x)
        return self.rgb(x)


class Discriminator(nn.Module):
    def __init__(self, stages, classes=0):
        super().__init__()
        stages = stages[::-1]
        width, last = stages[0][0], stages[-1][0]
        self.rgb = pointwise(3, width)
        self.names = [f"stage{i + 1}" for i in range(len(stages))]
        for i, name in enumerate(self.names):
            more = i + 1 < len(stages)
            setattr(self, name, Stage(stages[i], (stages[i][0], stages[i + 1][0]) if more else None))
        self.end = End(last, last if classes else 1)
        if classes:
            self.embedding = nn.Embedding(classes, last)

    def forward(self, x, labels=None):
        x = self.rgb(x)
        for name in self.names:
            stage = getattr(self, name)
            x = stage(x)
            if name != self.names[-1]:
                x = stage.adapt(halve(x))
        x = self.end(x)
        return x if labels is None else (x * self.embedding(labels)).sum(1, keepdim=True)
