"""Layers and losses of conditional GANs, SAGAN, InfoMax-GAN and R3GAN, from their descriptions alone."""
import torch
import torch.nn.functional as F
from torch import nn

from golden_io import Golden
from golden_layers import Case, exact, settle


def make_conditional(metadata):
    golden = Golden(metadata)
    batch_norms(golden)
    embedding(golden)
    attention(golden)
    operations(golden)
    losses(golden)
    return golden


def batch_norms(golden):
    """BatchNorm without affine, then a scale and a shift an image."""
    labels = torch.tensor([2, 0, 2, 1, 0])
    for name, training in [("conditional_batch_norm_train", True), ("conditional_batch_norm_eval", False)]:
        c = Case(golden, name)
        mean, var = c.normal(3), exact(c.uniform(3) + 0.5)
        after_mean, after_var = mean.clone(), var.clone()

        def conditional(x, table):
            h = F.batch_norm(x, after_mean, after_var, None, None, training, 0.1, 1e-5)
            rows = F.embedding(labels, table)[:, :, None, None]
            return rows[:, :3] * h + rows[:, 3:]

        c.check(conditional, x=c.normal(5, 3, 4, 2) * 2 + 3, table=c.normal(4, 6))
        c.put(labels=labels, running_mean=mean, running_var=var, running_mean_after=after_mean, running_var_after=after_var)

    c = Case(golden, "self_modulated_batch_norm")

    def self_modulated(x, z, hidden_w, hidden_b, gamma_w, gamma_b, beta_w, beta_b):
        h = F.relu(F.linear(z, hidden_w, hidden_b))
        gamma, beta = F.linear(h, gamma_w, gamma_b), F.linear(h, beta_w, beta_b)
        return gamma[:, :, None, None] * F.batch_norm(x, None, None, None, None, True, 0.1, 1e-5) + beta[:, :, None, None]

    c.check(self_modulated, x=c.normal(4, 3, 2, 3), z=c.normal(4, 5), hidden_w=c.normal(6, 5), hidden_b=c.normal(6),
            gamma_w=c.normal(3, 6), gamma_b=c.normal(3), beta_w=c.normal(3, 6), beta_b=c.normal(3))


def embedding(golden):
    c = Case(golden, "spectral_norm_embedding")
    layer = nn.Embedding(6, 4).double()
    layer.weight.data = c.normal(6, 4)
    layer = nn.utils.spectral_norm(layer)
    settle(layer, c)
    c.put(u=layer.weight_u, v=layer.weight_v)
    indices = torch.tensor([3, 0, 3, 5, 1])
    c.put(indices=indices, y_eval=layer.eval()(indices))
    layer.train()
    y = layer(indices)
    dy = c.normal(*y.shape)
    y.backward(dy)
    c.put(w=layer.weight_orig, dy=dy, y=y, dw=layer.weight_orig.grad, u_after=layer.weight_u, v_after=layer.weight_v)


class SelfAttention(nn.Module):
    """Zhang et al. 2019, eq. 1 to 3, with keys and values at half the side."""

    def __init__(self, channels):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(()))
        for name, inputs, outputs in [("theta", channels, channels // 8), ("phi", channels, channels // 8),
                                      ("g", channels, channels // 2), ("o", channels // 2, channels)]:
            setattr(self, name, nn.utils.spectral_norm(nn.Conv2d(inputs, outputs, 1, bias=False)))

    def forward(self, x):
        theta = self.theta(x).flatten(2)
        phi, g = F.max_pool2d(self.phi(x), 2).flatten(2), F.max_pool2d(self.g(x), 2).flatten(2)
        # (N, queries, keys): how much each position takes of each pooled one.
        weights = torch.softmax(theta.transpose(1, 2) @ phi, dim=2)
        taken = (g @ weights.transpose(1, 2)).reshape(len(x), -1, *x.shape[2:])
        return x + self.gamma * self.o(taken)


def attention(golden):
    c = Case(golden, "self_attention")
    module = SelfAttention(16).double()
    module.gamma.data = exact(torch.tensor(0.7))
    for conv in (module.theta, module.phi, module.g, module.o):
        conv.weight_orig.data = c.normal(*conv.weight_orig.shape)
        settle(conv, c)
    c.put(**{f"state/{k}": v for k, v in module.state_dict().items()})
    x = c.normal(2, 16, 4, 6)
    c.put(y_eval=module.eval()(x))
    module.train()
    c.check(lambda x: module(x), x=x)
    c.put(**{f"grad/{k}": p.grad for k, p in module.named_parameters()})


def operations(golden):
    c = Case(golden, "softmax")
    c.check(lambda x: F.softmax(x, dim=-1), x=torch.cat([c.normal(5, 7, scale=3.0), c.normal(1, 7) + 200]))
    c = Case(golden, "log_softmax")
    c.check(lambda x: F.log_softmax(x, dim=-1), x=torch.cat([c.normal(5, 7, scale=3.0), c.normal(1, 7) + 200]))
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0], dtype=torch.float64)
    for name, shape in [("binomial_upsample", (2, 3, 3, 4)), ("binomial_upsample_one_pixel", (1, 2, 1, 1))]:
        c = Case(golden, name)
        c.check(lambda x: F.conv_transpose2d(x, (taps[:, None] * taps / 16).expand(shape[1], 1, 4, 4), stride=2, padding=1,
                                             groups=shape[1]), x=c.normal(*shape))
    c = Case(golden, "binomial_downsample")
    c.check(lambda x: F.conv2d(x, (taps[:, None] * taps / 64).expand(3, 1, 4, 4), stride=2, padding=1, groups=3),
            x=c.normal(2, 3, 6, 4))
    c = Case(golden, "add_leaky_relu")
    c.check(lambda x, b: F.leaky_relu(x + b[:, None, None], 0.2), x=c.normal(3, 5, 2, 4), b=c.normal(5))


def losses(golden):
    c = Case(golden, "info_nce")

    def info_nce(local, whole):
        count, places = len(local), local.shape[2] * local.shape[3]
        local = local.flatten(2).transpose(1, 2)
        terms = []
        for n in range(count):
            negatives = [torch.full((places,), -10.0, dtype=torch.float64) if k == n else local[k] @ whole[n]
                         for k in range(count)]
            for j in range(places):
                scores = torch.cat([(local[n, j] @ whole[n])[None], *negatives])
                assert len(scores) == 1 + count * places
                terms.append(-F.log_softmax(scores, dim=0)[0])
        return torch.stack(terms).mean()

    c.check(info_nce, local=c.normal(3, 5, 2, 4), whole=c.normal(3, 5))

    c = Case(golden, "multi_class_hinge")
    labels = torch.tensor([0, 3, 1, 2, 2, 0])

    def hinge(x):
        terms = [F.relu(1 - row[label] + row[k]) for row, label in zip(x, labels) for k in range(4) if k != label]
        return torch.stack(terms).mean()

    c.check(hinge, x=c.normal(6, 4))
    c.put(labels=labels)
