"""
Writes the Inception network with weights by a formula as `inception.onnx` and, folded by torch.jit.freeze, as
`inception_nchw.pt` and `inception_channels_last.pt`: `/usr/bin/python3 -B inception_models.py FOLDER`.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "Gan.Tests" / "Golden"))

import torch
from inception_net import by_formula


class Joined(torch.nn.Module):
    """Features and logits as one tensor (N, 3056)."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return torch.cat(self.net(x), 1)


def main(folder):
    net, x = Joined(by_formula().float()).eval(), torch.zeros(16, 3, 299, 299)
    torch.onnx.export(net, x, str(folder / "inception.onnx.part"), opset_version=13, input_names=["x"], output_names=["y"])
    for name, layout in ("nchw", torch.contiguous_format), ("channels_last", torch.channels_last):
        net = net.to(memory_format=layout)
        with torch.no_grad():
            torch.jit.freeze(torch.jit.trace(net, x.to(memory_format=layout))).save(str(folder / f"inception_{name}.pt"))
    # Last of all under its own name: who finds it has the others.
    (folder / "inception.onnx.part").rename(folder / "inception.onnx")


main(pathlib.Path(sys.argv[1]))
