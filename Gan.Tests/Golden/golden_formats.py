"""
Writes the files of other programs in formats/, which the readers of PyTorch's, ONNX's and NumPy's formats are tested with, and
the values in them: `python3 golden_formats.py`. See README.md.
"""
import collections
import io
import pathlib
import zipfile

import numpy as np
import torch

from golden_io import Golden
from residual_nets import Generator

FOLDER = pathlib.Path(__file__).parent / "formats"


def tensors():
    """One tensor of each kind: types, strides, views of one storage."""
    torch.manual_seed(14)
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8 - 1
    ramp = torch.tensor([-2, -1, 0, 1, 2, 3])
    state = collections.OrderedDict()
    state["contiguous"] = torch.randn(3, 4)
    state["transposed"] = torch.randn(3, 5).t()
    state["whole"] = base
    state["view"] = base[1:3, ::2]
    state["row"] = base[2]
    state["expanded"] = torch.tensor([1.5, -2.5]).unsqueeze(1).expand(2, 3)
    state["channels_last"] = torch.randn(2, 3, 2, 2).contiguous(memory_format=torch.channels_last)
    state["scalar"] = torch.tensor(0.625)
    state["empty"] = torch.zeros(0, 3)
    state["parameter"] = torch.nn.Parameter(torch.randn(2, 2))
    state["half"] = (ramp / 4).half()
    state["bfloat16"] = (ramp / 4).bfloat16()
    state["double"] = ramp.double() / 3
    state["int64"] = ramp * (1 << 20)
    state["int32"] = ramp.int() * 70000
    state["int16"] = ramp.short() * 300
    state["int8"] = ramp.to(torch.int8)
    state["uint8"] = (ramp + 250).to(torch.uint8)
    state["bool"] = ramp > 0
    return state


def checkpoint(golden):
    """As Mimicry saves one: networks, optimizer, step."""
    torch.manual_seed(15)
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.0, 0.9))
    net(torch.randn(4, 3)).square().sum().backward()
    optimizer.step()
    golden.put("checkpoint", **net.state_dict())
    return {"model_state_dict": net.state_dict(), "optimizer_state_dict": optimizer.state_dict(), "global_step": 7}


class Untyped:
    """What PyTorch 2 makes of a tensor whose type has no storage class: the type beside a storage of bytes."""

    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce__(self):
        storage = self.tensor.storage()._storage if hasattr(self.tensor.storage(), "_storage") else self.tensor.storage()
        return rebuild, (storage, 1, (2, 2), (2, 1), False, collections.OrderedDict(), torch.float32)


def rebuild(*_):
    raise NotImplementedError


rebuild.__module__, rebuild.__qualname__, rebuild.__name__ = "torch._utils", "_rebuild_tensor_v3", "_rebuild_tensor_v3"
torch._utils._rebuild_tensor_v3 = rebuild


def reordered(source, order, extra):
    """The same archive with a record of its byte order, its storages in it, and the records of newer versions."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            data = old.read(name)
            if "/data/" in name and order == "big":
                data = np.frombuffer(data, "<f4").astype(">f4").tobytes()
            new.writestr(zipfile.ZipInfo(name), data)
        top = old.namelist()[0].split("/")[0]
        new.writestr(zipfile.ZipInfo(f"{top}/byteorder"), order)
        for name, text in extra.items():
            new.writestr(zipfile.ZipInfo(f"{top}/{name}"), text)
    return buffer.getvalue()


def make_pth(golden):
    state = tensors()
    for name, value in state.items():
        golden.put("pth", **{name: value.float() if value.is_floating_point() else value.int()})
    torch.save(state, FOLDER / "state.pth")
    torch.save(state, FOLDER / "legacy.pth", _use_new_zipfile_serialization=False)
    nested = checkpoint(golden)
    torch.save(nested, FOLDER / "checkpoint.pth")
    torch.save(nested, FOLDER / "legacy_checkpoint.pth", _use_new_zipfile_serialization=False)
    singles = collections.OrderedDict((n, state[n]) for n in ("contiguous", "view"))
    torch.save(singles, FOLDER / "little.pth")
    newer = {".format_version": "1", ".storage_alignment": "64", ".data/serialization_id": "0" * 40}
    (FOLDER / "big.pth").write_bytes(reordered(FOLDER / "little.pth", "big", newer))
    (FOLDER / "little.pth").write_bytes(reordered(FOLDER / "little.pth", "little", newer))
    torch.save({"untyped": Untyped(torch.tensor([9, 0.5, -1, 2, 4]))}, FOLDER / "untyped.pth")
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), FOLDER / "script.pth")


def make_mimicry():
    """A generator's checkpoint, named and built as Mimicry does."""
    torch.manual_seed(18)
    net = Generator(32, 8, 4)
    torch.save({"model_state_dict": net.state_dict(), "optimizer_state_dict": torch.optim.Adam(net.parameters()).state_dict(),
                "global_step": 7}, FOLDER / "netG_7_steps.pth")


def make_onnx(golden):
    torch.manual_seed(16)
    net = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3, stride=2, padding=1), torch.nn.BatchNorm2d(3), torch.nn.LeakyReLU(0.25),
                              torch.nn.Flatten(), torch.nn.Linear(12, 2)).eval()
    with torch.no_grad():
        for tensor in [*net[1].parameters(), net[1].running_mean, net[1].running_var]:
            tensor.uniform_(0.5, 1.5)
    torch.onnx.export(net, torch.zeros(1, 2, 4, 4), FOLDER / "net.onnx", opset_version=13, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE)
    golden.put("onnx", **{n: v for n, v in net.state_dict().items() if not n.endswith("num_batches_tracked")})


def make_numpy(golden):
    generator = np.random.RandomState(17)
    sigma = generator.randn(3, 4)
    arrays = {
        "mu": generator.randn(5), "sigma": sigma, "fortran": np.asfortranarray(sigma), "f32": generator.randn(2, 3).astype("f4"),
        "cube": np.asfortranarray(generator.randn(2, 3, 2).astype("f4")), "u8": np.arange(6, dtype="u1").reshape(1, 2, 3),
        "i32": np.array([-1, 70000], "i4"), "i64": np.array([[-2, 3]], "i8"), "scalar": np.float64(0.25),
        "empty": np.zeros((0, 3)),
    }
    np.savez(FOLDER / "stored.npz", **arrays)
    np.savez_compressed(FOLDER / "deflated.npz", **arrays)
    for version in (1, 2, 3):
        with open(FOLDER / f"version{version}.npy", "wb") as file:
            np.lib.format.write_array(file, arrays["fortran"], version=(version, 0))
    for name, value in arrays.items():
        value = np.ascontiguousarray(value).reshape(np.shape(value))
        if value.dtype == np.float64:
            golden.put_f64("npz", **{name: torch.from_numpy(value)})
        else:
            golden.put("npz", **{name: torch.from_numpy(value)})


def main():
    FOLDER.mkdir(exist_ok=True)
    golden = Golden({"made_by": f"golden_formats.py, PyTorch {torch.__version__}, NumPy {np.__version__}"})
    make_pth(golden)
    make_mimicry()
    make_onnx(golden)
    make_numpy(golden)
    golden.write(FOLDER / "values.safetensors")


if __name__ == "__main__":
    main()
