"""The 32x32 nets of InfoMax-GAN, cGAN-PD and SAGAN, with the parameter and buffer names that Mimicry's checkpoints have."""
import torch
import torch.nn.functional as F
from torch import nn

from golden_conditional import SelfAttention
from residual_nets import DBlock, DBlockOptimized, Generator, HeadLinear, Trunk, conv, linear


class InfoMaxDiscriminator32(nn.Module):
    """Images to logits (N, 1), features of places (N, ndf, 8, 8) and of images (N, ndf). All is spectrally normalised."""

    def __init__(self, ndf, contrast_width):
        super().__init__()
        self.local_feat_blocks = nn.Sequential(DBlockOptimized(3, ndf), DBlock(ndf, ndf, True, True),
                                               DBlock(ndf, ndf, False, True))
        self.global_feat_blocks = nn.Sequential(DBlock(ndf, ndf, False, True))
        self.linear = nn.utils.spectral_norm(linear(ndf, 1))
        for name, outputs in [("a", ndf), ("b", contrast_width), ("sc", contrast_width)]:
            self.add_module(f"local_nrkhs_{name}", conv(ndf, outputs, 1, 1, True))
        for name, outputs in [("a", ndf), ("b", contrast_width), ("sc", contrast_width)]:
            self.add_module(f"global_nrkhs_{name}", nn.utils.spectral_norm(linear(ndf, outputs)))

    def forward(self, x):
        # The next block's first ReLU works in place.
        local = F.relu(self.local_feat_blocks(x))
        whole = F.relu(self.global_feat_blocks(local)).sum(dim=(2, 3))
        return self.linear(whole), local, whole

    def project(self, local, whole):
        local = self.local_nrkhs_sc(local) + self.local_nrkhs_b(F.relu(self.local_nrkhs_a(local)))
        return local, self.global_nrkhs_sc(whole) + self.global_nrkhs_b(F.relu(self.global_nrkhs_a(whole)))


class ConditionalBatchNorm(nn.Module):
    """Of each class a scale, N(1, 0.02), and a shift, 0, in one table."""

    def __init__(self, channels, classes):
        super().__init__()
        self.bn = nn.BatchNorm2d(channels, affine=False)
        self.embed = nn.Embedding(classes, 2 * channels)
        nn.init.normal_(self.embed.weight[:, :channels], 1, 0.02)
        nn.init.zeros_(self.embed.weight[:, channels:])

    def forward(self, x, labels):
        gamma, beta = self.embed(labels)[:, :, None, None].chunk(2, dim=1)
        return gamma * self.bn(x) + beta


class HeadEmbedding(HeadLinear):
    """The table of cGAN-PD-32, with the spectral norm of its head; no bias."""

    def __init__(self, classes, features):
        super().__init__(features, classes)
        del self.bias
        self.bias = None

    def forward(self, labels):
        # The head applied to the unit matrix is its transposed normalised weight.
        return super().forward(torch.eye(self.weight.shape[1], dtype=self.weight.dtype)).t()[labels]


class ConditionalGenerator32(Generator):
    """z and labels to images; a batch norm of each class in the blocks."""

    def __init__(self, nz, ngf, classes, spectral=False):
        super().__init__(32, nz, ngf, norm=lambda channels: ConditionalBatchNorm(channels, classes), spectral=spectral)


class ProjectionDiscriminator32(Trunk):
    """Images and labels to logits (N, 1)."""

    def __init__(self, ndf, classes):
        super().__init__(32, ndf)
        self.make_heads(ndf, classes)

    def make_heads(self, ndf, classes):
        self.l5, self.l_y = HeadLinear(ndf, 1), HeadEmbedding(classes, ndf)

    def forward(self, x, labels):
        h = self.features(x).sum(dim=(2, 3))
        return self.l5(h) + (self.l_y(labels) * h).sum(dim=1, keepdim=True)


class SaganGenerator32(ConditionalGenerator32):
    attention = 3

    def __init__(self, nz, ngf, classes):
        super().__init__(nz, ngf, classes, spectral=True)
        self.attn_block = SelfAttention(ngf)


class SaganDiscriminator32(ProjectionDiscriminator32):
    """PyTorch's spectral norm in its heads, too."""

    attention = 2

    def __init__(self, ndf, classes):
        super().__init__(ndf, classes)
        self.attn_block = SelfAttention(ndf)

    def make_heads(self, ndf, classes):
        table = nn.Embedding(classes, ndf)
        nn.init.xavier_uniform_(table.weight)
        self.l5, self.l_y = nn.utils.spectral_norm(linear(ndf, 1)), nn.utils.spectral_norm(table)
