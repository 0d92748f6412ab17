"""Writes safetensors files with the standard library alone, in the order and padding that the C# writer uses."""
import json
import struct

import torch

TYPES = {torch.uint8: "U8", torch.int32: "I32", torch.float32: "F32", torch.float64: "F64"}


class Golden:
    """Collects named tensors and settings, then writes one file."""

    def __init__(self, metadata):
        self.tensors = {}
        self.metadata = dict(metadata)

    def put(self, case, **values):
        """
        Adds `case/name` for each value. Doubles are rounded to F32, whole numbers become I32; bytes and F64 marked by `exact`
        stay.
        """
        for name, value in values.items():
            key = f"{case}/{name}"
            assert key not in self.tensors, key
            value = torch.as_tensor(value).detach()
            if value.dtype == torch.float64:
                value = value.float()
            elif value.dtype == torch.int64:
                value = value.int()
            self.tensors[key] = value.clone().contiguous()

    def put_f64(self, case, **values):
        """As `put`, but keeps full doubles."""
        for name, value in values.items():
            self.tensors[f"{case}/{name}"] = torch.as_tensor(value, dtype=torch.float64).detach().clone().contiguous()

    def settings(self, case, **values):
        """Records the constants of a case as metadata: `case` -> "stride=2 padding=1"."""
        self.metadata[case] = " ".join(f"{key}={value}" for key, value in values.items())

    def write(self, path):
        # Larger elements first, so that every tensor is aligned; otherwise in the order given.
        items = sorted(self.tensors.items(), key=lambda item: -item[1].element_size())
        header, chunks, offset = {"__metadata__": dict(sorted(self.metadata.items()))}, [], 0
        for name, value in items:
            data = value.numpy().tobytes()
            header[name] = {"dtype": TYPES[value.dtype], "shape": list(value.shape), "data_offsets": [offset, offset + len(data)]}
            chunks.append(data)
            offset += len(data)
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))
        print(f"{path}: {len(items)} tensors, {8 + len(text) + offset} bytes")
