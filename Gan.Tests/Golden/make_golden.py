"""
Writes the golden files of this folder from PyTorch on a CPU: `python3 make_golden.py`. See README.md for what each file holds.

All references are computed in float64 from inputs that are exact in float32, then rounded to float32 once: an implementation in
float32 is compared with the true value, not with another rounding error.
"""
import pathlib
import sys

import torch

from golden_augment import make_augment
from golden_compare_gan import make_compare_gan
from golden_conditional import make_conditional
from golden_layers import make_layers
from golden_nets import blocks, make_nets, penalties
from golden_networks import make_inception, make_resize
from golden_nn import make_nn
from golden_r3gan import make_r3gan
from golden_scores import make_scores
from golden_train import make_cgan_pd, make_dcgan, make_infomax, make_sagan, make_sngan, make_successors, make_train, \
    make_wgan_gp
from golden_zoo import make_zoo

CONVENTION = {
    "convention": "images NCHW; filters OIHW; linear weights (out, in); row-major; "
                  "dx is the gradient to x for the stored upstream dy",
    "made_by": f"make_golden.py, PyTorch {torch.__version__}, Python {sys.version.split()[0]}, CPU, one thread",
}


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    folder = pathlib.Path(__file__).parent
    layers = make_layers(CONVENTION)
    blocks(layers)
    penalties(layers)
    layers.write(folder / "layers.safetensors")
    make_nets(CONVENTION).write(folder / "ssgan32.safetensors")
    make_train(CONVENTION).write(folder / "train20.safetensors")
    make_sngan(CONVENTION).write(folder / "sngan32.safetensors")
    make_wgan_gp(CONVENTION).write(folder / "wgan_gp32.safetensors")
    make_dcgan(CONVENTION).write(folder / "dcgan32.safetensors")
    make_infomax(CONVENTION).write(folder / "infomax32.safetensors")
    make_cgan_pd(CONVENTION).write(folder / "cgan_pd32.safetensors")
    make_sagan(CONVENTION).write(folder / "sagan32.safetensors")
    for name, golden in make_successors(CONVENTION):
        golden.write(folder / f"{name}32.safetensors")
    make_zoo(CONVENTION).write(folder / "zoo_nets.safetensors")
    make_conditional(CONVENTION).write(folder / "conditional.safetensors")
    make_r3gan(CONVENTION, conditional=False).write(folder / "r3gan.safetensors")
    make_r3gan(CONVENTION, conditional=True).write(folder / "r3gan_conditional.safetensors")
    make_augment(CONVENTION).write(folder / "augment.safetensors")
    make_compare_gan(CONVENTION).write(folder / "compare_gan32.safetensors")
    make_resize(CONVENTION).write(folder / "resize.safetensors")
    make_inception(CONVENTION).write(folder / "inception.safetensors")
    make_scores(CONVENTION).write(folder / "scores.safetensors")
    make_nn(CONVENTION).write(folder / "nn.safetensors")


if __name__ == "__main__":
    main()
