"""The nets of SNGAN and WGAN-GP at 48, 64 and 128 pixels, as narrow as their widths can be halved."""
import torch
from torch import nn

from golden_io import Golden
from golden_layers import Case, exact
from golden_nets import fill, floats
from golden_train import shapes_of_colour
from residual_nets import Generator, SnganDiscriminator, WganGpDiscriminator

WIDTH, NZ = 16, 8


def meet(generator, z):
    """Sets the running statistics to those of images that the net makes, or the many blocks would saturate the last tanh."""
    norms = [layer for layer in generator.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1
    generator.train()(z)
    for norm in norms:
        norm.running_mean.data, norm.running_var.data = exact(norm.running_mean), exact(norm.running_var)
    return generator.eval()


def enliven(discriminator, x):
    """Makes the biases positive, or a map of one or two channels would be rectified to nothing and hide what comes before it."""
    for name, parameter in discriminator.named_parameters():
        if name.endswith("bias"):
            parameter.data = exact(parameter.abs())
    a, b = discriminator.eval()(x).flatten()
    assert (a - b).abs() > 0.004 * a.abs(), "what is in the images hardly matters"
    a.backward()
    assert all(parameter.grad.any() for parameter in discriminator.parameters()), "a part of the net has no influence"


def make_zoo(metadata):
    golden = Golden(metadata)
    for size in (48, 64, 128):
        g = Case(golden, f"g{size}", nz=NZ, ngf=WIDTH)
        generator = Generator(size, NZ, WIDTH).double()
        fill(generator, g)
        meet(generator, g.normal(16, NZ))
        z = g.normal(2, NZ)
        golden.put(f"{g.name}/state", **floats(generator.state_dict()))
        g.put(z=z, y_eval=generator(z))

        images = shapes_of_colour(g.rng, 2, size)
        golden.put(f"images{size}", x=images)
        x = images.double() / 127.5 - 1
        for name, make in (("sngan", SnganDiscriminator), ("wgan_gp", WganGpDiscriminator)):
            d = Case(golden, f"{name}{size}", ndf=WIDTH)
            discriminator = make(size, WIDTH).double()
            fill(discriminator, d)
            enliven(discriminator, x)
            golden.put(f"{d.name}/state", **floats(discriminator.state_dict()))
            d.put(logit_eval=discriminator.eval()(x), logit=discriminator.train()(x))
            golden.put(f"{d.name}/after", **{k: b for k, b in discriminator.named_buffers()})
    return golden
