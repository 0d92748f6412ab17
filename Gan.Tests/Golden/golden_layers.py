"""Cases of single operations: inputs, parameters, a random upstream gradient, outputs, gradients."""
import zlib

import torch
import torch.nn.functional as F
from torch import nn

from golden_io import Golden


def exact(x):
    """The nearest doubles that F32 can hold: what is stored is then what was computed with."""
    return x.float().double()


class Case:
    """One case: its own random stream (so that adding a case changes no other) and its own names."""

    def __init__(self, golden, name, **settings):
        self.golden, self.name = golden, name
        self.rng = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        if settings:
            golden.settings(name, **settings)

    def normal(self, *shape, scale=1.0):
        """Normals that are exact in F32, as doubles: the C# side sees the very same inputs."""
        return (torch.randn(shape, generator=self.rng) * scale).double()

    def uniform(self, *shape):
        return torch.rand(shape, generator=self.rng).double()

    def integers(self, high, *shape):
        return torch.randint(high, shape, generator=self.rng)

    def put(self, **values):
        self.golden.put(self.name, **values)

    def check(self, function, **inputs):
        """y = function(inputs) and, for a random dy, a gradient d<name> for each floating input."""
        inputs = {k: exact(v) for k, v in inputs.items()}
        leaves = {k: v.clone().requires_grad_() for k, v in inputs.items()}
        y = function(*leaves.values())
        dy = self.normal(*y.shape)
        y.backward(dy)
        self.put(**inputs, dy=dy, y=y, **{f"d{k}": v.grad for k, v in leaves.items()})


def settle(layer, case):
    """
    Draws u and v of a spectrally normalised layer and iterates twice: far enough that sigma is no accident of cancellation (in
    evaluation it divides by u W v as it stands), not so far that the training forward's iteration would change nothing.
    """
    w = layer.weight_orig.detach().flatten(1)
    u = case.normal(len(w))
    for _ in range(2):
        v = F.normalize(w.t() @ u, dim=0)
        u = F.normalize(w @ v, dim=0)
    layer.weight_u.data, layer.weight_v.data = exact(u), exact(v)


def make_layers(metadata):
    golden = Golden(metadata)
    linear_and_convolution(golden)
    normalisation(golden)
    elementwise(golden)
    images(golden)
    reductions_and_lookup(golden)
    losses(golden)
    spectral_norm(golden)
    optimizers(golden)
    return golden


def linear_and_convolution(golden):
    c = Case(golden, "linear")
    c.check(lambda x, w, b: F.linear(x, w, b), x=c.normal(5, 7), w=c.normal(3, 7), b=c.normal(3))
    convolutions = [  # name, N, C, H, W, out, kernel, stride, padding
        ("conv2d_3x3_p1", 2, 3, 7, 6, 5, 3, 1, 1),
        ("conv2d_1x1", 3, 4, 5, 5, 3, 1, 1, 0),
        ("conv2d_3x3_s2_p1", 2, 3, 8, 7, 4, 3, 2, 1),
        ("conv2d_4x4_s2_p1", 2, 4, 6, 8, 3, 4, 2, 1),
        ("conv2d_5x5_p2", 2, 2, 7, 5, 3, 5, 1, 2),
        ("conv2d_3x3_p0", 1, 2, 5, 4, 2, 3, 1, 0),
        ("conv2d_3x3_p1_one_pixel", 1, 1, 1, 1, 2, 3, 1, 1),
        ("conv2d_3x3_p1_wide", 2, 17, 9, 5, 33, 3, 1, 1),
    ]
    for name, n, channels, h, w, out, kernel, stride, padding in convolutions:
        c = Case(golden, name, stride=stride, padding=padding)
        c.check(lambda x, w, b: F.conv2d(x, w, b, stride, padding),
                x=c.normal(n, channels, h, w), w=c.normal(out, channels, kernel, kernel, scale=0.3), b=c.normal(out))
    # name, (N, C, H, W), (out, C / groups, kh, kw), strides, (top, bottom, left, right), dilations, groups
    specs = [
        ("spec_conv2d_groups", (2, 6, 5, 4), (4, 3, 3, 3), (1, 1), (1, 1, 1, 1), (1, 1), 2),
        ("spec_conv2d_groups_of_16", (3, 32, 8, 8), (32, 16, 3, 3), (1, 1), (1, 1, 1, 1), (1, 1), 2),
        ("spec_conv2d_depthwise_4x4", (3, 5, 4, 4), (5, 1, 4, 4), (1, 1), (0, 0, 0, 0), (1, 1), 5),
        ("spec_conv2d_dilated", (2, 3, 8, 7), (4, 3, 3, 3), (1, 1), (2, 2, 2, 2), (2, 2), 1),
        ("spec_conv2d_1x7", (2, 4, 3, 8), (3, 4, 1, 7), (1, 1), (0, 0, 3, 3), (1, 1), 1),
        ("spec_conv2d_asymmetric", (2, 3, 8, 9), (4, 3, 3, 2), (2, 3), (1, 0, 2, 1), (1, 1), 1),
        ("spec_conv2d_everything", (2, 6, 9, 8), (9, 2, 2, 3), (2, 1), (0, 2, 1, 3), (3, 2), 3),
    ]
    for name, images, filters, strides, (top, bottom, left, right), dilations, groups in specs:
        c = Case(golden, name, stride_h=strides[0], stride_w=strides[1], top=top, bottom=bottom, left=left, right=right,
                 dilation_h=dilations[0], dilation_w=dilations[1], groups=groups)
        c.check(lambda x, w, b: F.conv2d(F.pad(x, (left, right, top, bottom)), w, b, strides, 0, dilations, groups),
                x=c.normal(*images), w=c.normal(*filters, scale=0.3), b=c.normal(filters[0]))
    # name, (N, C, H, W), (C, out / groups, kh, kw), strides, paddings, output paddings, dilations, groups
    transposed = [
        ("conv_transpose2d_4x4_s2_p1", (2, 3, 4, 3), (3, 5, 4, 4), (2, 2), (1, 1), (0, 0), (1, 1), 1),
        ("conv_transpose2d_output_padding", (2, 3, 3, 4), (3, 2, 3, 3), (2, 3), (1, 0), (1, 2), (1, 1), 1),
        ("conv_transpose2d_groups", (2, 6, 3, 3), (6, 4, 3, 2), (1, 2), (1, 1), (0, 1), (1, 2), 2),
    ]
    for name, images, filters, strides, paddings, more, dilations, groups in transposed:
        c = Case(golden, name, stride_h=strides[0], stride_w=strides[1], top=paddings[0], bottom=paddings[0], left=paddings[1],
                 right=paddings[1], dilation_h=dilations[0], dilation_w=dilations[1], groups=groups, more_h=more[0],
                 more_w=more[1])
        c.check(lambda x, w, b: F.conv_transpose2d(x, w, b, strides, paddings, more, groups, dilations),
                x=c.normal(*images), w=c.normal(*filters, scale=0.3), b=c.normal(filters[1] * groups))


def normalisation(golden):
    for name, shape, relu, training in [
            ("batch_norm_train", (4, 5, 3, 2), False, True),
            ("batch_norm_eval", (4, 5, 3, 2), False, False),
            ("batch_norm_relu_train", (3, 4, 2, 5), True, True),
            ("batch_norm_relu_eval", (3, 4, 2, 5), True, False),
            ("batch_norm_train_rows", (6, 5), False, True)]:
        c = Case(golden, name, momentum=0.1, eps=1e-5, relu=int(relu))
        channels = shape[1]
        mean, var = c.normal(channels), exact(c.uniform(channels) + 0.5)
        after_mean, after_var = mean.clone(), var.clone()

        def batch_norm(x, gamma, beta):
            y = F.batch_norm(x, after_mean, after_var, gamma, beta, training, 0.1, 1e-5)
            return F.relu(y) if relu else y

        # An offset of 3 makes a single-pass variance lose digits.
        c.check(batch_norm, x=c.normal(*shape) * 2 + 3, gamma=1 + c.normal(channels, scale=0.5), beta=c.normal(channels))
        c.put(running_mean=mean, running_var=var, running_mean_after=after_mean, running_var_after=after_var)


def elementwise(golden):
    special = torch.tensor([0.0, 1e-3, -1e-3, 30.0, -30.0, 88.0, -88.0], dtype=torch.float64)
    for name, function, constants in [
            ("relu", F.relu, {}),
            ("leaky_relu", lambda x: F.leaky_relu(x, 0.2), {"slope": 0.2}),
            ("tanh", torch.tanh, {}),
            ("sigmoid", torch.sigmoid, {}),
            # PyTorch's own softplus turns linear at 20; logaddexp is the exact function.
            ("softplus", lambda x: torch.logaddexp(x, torch.zeros_like(x)), {})]:
        c = Case(golden, name, **constants)
        c.check(function, x=torch.cat([special, c.normal(26, scale=2.0)]))
    for name, function in [("exp", torch.exp), ("log", torch.log), ("sqrt", torch.sqrt), ("reciprocal", torch.reciprocal)]:
        c = Case(golden, name)
        c.check(function, x=c.uniform(3, 7) * 4 + 0.125)
    for name, function in [("add", torch.add), ("subtract", torch.sub), ("multiply", torch.mul), ("divide", torch.div)]:
        c = Case(golden, name)
        c.check(lambda a, b: function(a, b), a=c.normal(3, 1, 5), b=c.uniform(4, 1) * 2 + 0.5)


def images(golden):
    def upsample(mode):
        return lambda x: F.interpolate(x, scale_factor=2, mode=mode, **({"align_corners": False} if mode == "bilinear" else {}))

    for name, function, shape, constants in [
            ("avg_pool_2", lambda x: F.avg_pool2d(x, 2), (2, 3, 6, 4), {"kernel": 2, "stride": 2, "padding": 0}),
            ("avg_pool_2_odd", lambda x: F.avg_pool2d(x, 2), (1, 2, 5, 3), {"kernel": 2, "stride": 2, "padding": 0}),
            ("avg_pool_3_s2_p1", lambda x: F.avg_pool2d(x, 3, 2, 1), (2, 3, 7, 6), {"kernel": 3, "stride": 2, "padding": 1}),
            ("max_pool_2", lambda x: F.max_pool2d(x, 2), (2, 3, 6, 4), {"kernel": 2, "stride": 2, "padding": 0}),
            ("max_pool_3_s2_p1", lambda x: F.max_pool2d(x, 3, 2, 1), (2, 3, 7, 6), {"kernel": 3, "stride": 2, "padding": 1}),
            ("upsample_bilinear", upsample("bilinear"), (2, 3, 3, 4), {}),
            ("upsample_bilinear_one_pixel", upsample("bilinear"), (1, 2, 1, 1), {}),
            ("upsample_bilinear_one_row", upsample("bilinear"), (1, 2, 1, 5), {}),
            ("upsample_nearest", upsample("nearest"), (2, 3, 3, 4), {}),
            ("sum_pool", lambda x: x.sum(dim=(2, 3)), (3, 4, 5, 2), {})]:
        c = Case(golden, name, **constants)
        c.check(function, x=c.normal(*shape))
    # The batch rotation of SSGAN: image i turns counter-clockwise floor(4 i / N) times; N need not divide by 4.
    for count in (8, 6, 1):
        c = Case(golden, f"rotate_batch_{count}")
        turns = torch.arange(count) * 4 // count
        c.check(lambda x: torch.stack([torch.rot90(image, int(k), (1, 2)) for image, k in zip(x, turns)]),
            x=c.normal(count, 3, 4, 4))
        c.put(turns=turns)


def reductions_and_lookup(golden):
    c = Case(golden, "log_sum_exp")
    c.check(lambda x: torch.logsumexp(x, dim=1), x=torch.cat([c.normal(5, 7, scale=3.0), c.normal(1, 7) + 200]))
    c = Case(golden, "cross_entropy")
    labels = torch.tensor([0, 3, 1, 2, 2, 0])
    c.check(lambda x: F.cross_entropy(x, labels), x=torch.cat([c.normal(5, 4, scale=3.0), c.normal(1, 4, scale=60.0)]))
    c.put(labels=labels)
    c = Case(golden, "embedding")
    indices = torch.tensor([3, 0, 3, 9, 3, 1, 0])
    c.check(lambda w: F.embedding(indices, w), w=c.normal(10, 4))
    c.put(indices=indices)


def losses(golden):
    """Of logits (N, 1). Mimicry's loss type 'gan' is minimax for D with the non-saturating loss for G."""
    def softplus(x):
        return torch.logaddexp(x, torch.zeros_like(x))

    for name, function in [
            ("hinge_d", lambda real, fake: F.relu(1 - real).mean() + F.relu(1 + fake).mean()),
            ("minimax_d", lambda real, fake: softplus(-real).mean() + softplus(fake).mean()),
            ("wasserstein_d", lambda real, fake: fake.mean() - real.mean())]:
        c = Case(golden, name)
        c.check(lambda real, fake: function(real, fake), real=c.normal(7, 1, scale=2.0), fake=c.normal(5, 1, scale=2.0))
    for name, function in [
            ("hinge_g", lambda fake: -fake.mean()),
            ("minimax_g", lambda fake: -softplus(fake).mean()),
            ("nonsaturating_g", lambda fake: softplus(-fake).mean()),
            ("wasserstein_g", lambda fake: -fake.mean())]:
        c = Case(golden, name)
        c.check(lambda fake: function(fake), fake=c.normal(7, 1, scale=2.0))


def spectral_norm(golden):
    """torch.nn.utils.spectral_norm itself: one power iteration in the training forward, none in evaluation."""
    for name, layer, shape in [
            ("spectral_norm_conv", nn.Conv2d(3, 6, 3, padding=1), (2, 3, 5, 4)),
            ("spectral_norm_conv_1x1", nn.Conv2d(4, 7, 1), (2, 4, 3, 3)),
            ("spectral_norm_linear", nn.Linear(9, 4), (5, 9))]:
        c = Case(golden, name, eps=1e-12, iterations=1)
        layer = layer.double()
        layer.weight.data = c.normal(*layer.weight.shape, scale=0.5)
        layer.bias.data = c.normal(*layer.bias.shape)
        layer = nn.utils.spectral_norm(layer)
        settle(layer, c)
        c.put(u=layer.weight_u, v=layer.weight_v)
        x = c.normal(*shape)
        c.put(y_eval=layer.eval()(x))
        layer.train()
        c.check(lambda x: layer(x), x=x)
        w = layer.weight_orig.detach()
        sigma = layer.weight_u @ w.flatten(1) @ layer.weight_v
        c.put(w=w, b=layer.bias, u_after=layer.weight_u, v_after=layer.weight_v, sigma=sigma, w_normalized=w / sigma,
              dw=layer.weight_orig.grad, db=layer.bias.grad)
        c.put(y_eval_after=layer.eval()(x))


def optimizers(golden):
    def run(name, make, **constants):
        c = Case(golden, name, **constants)
        w0, grads = c.normal(3, 5), c.normal(5, 3, 5)
        grads[:, 0, 0] = 0          # A gradient that is always zero must not move its weight,
        grads[1:, 0, 1] = 0         # one that becomes zero moves it by what the moments remember,
        grads[:, 0, 2] *= 1e-9      # and one far below epsilon must not move it by a whole learning rate.
        grads = exact(grads)
        w = w0.clone().requires_grad_()
        optimizer, steps = make([w]), []
        for gradient in grads:
            w.grad = gradient.clone()
            optimizer.step()
            steps.append(w.detach().clone())
        state = optimizer.state[w]
        moments = {new: state[old] for old, new in [("exp_avg", "m"), ("exp_avg_sq", "v"), ("momentum_buffer", "m")]
            if state.get(old) is not None}
        c.put(w=w0, dw=grads, w_after=torch.stack(steps), **moments)

    for name, betas in [("adam_0_09", (0.0, 0.9)), ("adam_09_0999", (0.9, 0.999)), ("adam_05_0999", (0.5, 0.999))]:
        run(name, lambda p: torch.optim.Adam(p, lr=0.01, betas=betas, eps=1e-8), lr=0.01,
            beta1=betas[0], beta2=betas[1], eps=1e-8)
    run("sgd_momentum", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), lr=0.1, momentum=0.9)
    run("sgd", lambda p: torch.optim.SGD(p, lr=0.1), lr=0.1, momentum=0)
    # lr[k] is what update k (from 0) uses; Mimicry sets it after each step, and it stays 0 from step `steps` on.
    c = Case(golden, "linear_decay", lr0=2e-4, steps=20)
    c.put(lr=torch.tensor([2e-4 * max(0.0, 1 - k / 20) for k in range(23)], dtype=torch.float64))
