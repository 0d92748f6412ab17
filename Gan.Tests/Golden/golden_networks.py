"""Images resized in the ways of TensorFlow 1, pytorch-fid and clean-fid, and what the Inception network says of them."""
import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from golden_io import Golden
from inception_net import by_formula, draws

SIDES = [(5, 13), (32, 37), (20, 9), (7, 7), (1, 4), (2, 5)]


def images(name, count, size):
    """Slopes and noise as bytes (N, size, size, 3)."""
    n, y, x, c = np.meshgrid(np.arange(count), np.arange(size), np.arange(size), np.arange(3), indexing="ij")
    noise = np.floor((draws(name, n.size).reshape(n.shape) + 1) * 32).astype(np.int64)
    return ((7 * x + 3 * y * (c + 1) + 50 * n + noise) % 256).astype(np.uint8)


def tensorflow(image, side):
    """tf.image.resize_bilinear of TensorFlow 1, align_corners=False, in F32: (S, S, 3) -> (side, side, 3)."""
    size = image.shape[0]
    at = np.arange(side, dtype=np.float32) * (np.float32(size) / np.float32(side))
    low = np.floor(at).astype(np.int64)
    high, part = np.minimum(low + 1, size - 1), at - low.astype(np.float32)
    rows = image.astype(np.float32)
    across = part[None, :, None]
    rows = rows[:, low] + (rows[:, high] - rows[:, low]) * across
    down = part[:, None, None]
    return rows[low] + (rows[high] - rows[low]) * down


def pytorch_fid(image, side):
    """Values in [0, 1]."""
    x = torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255
    return F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)[0].permute(1, 2, 0).numpy()


def clean(image, side):
    channels = [Image.fromarray(image[:, :, c].astype(np.float32), mode="F").resize((side, side), resample=Image.BICUBIC)
                for c in range(3)]
    return np.stack([np.asarray(c).clip(0, 255) for c in channels], 2)


WAYS = {"tensorflow": tensorflow, "pytorch_fid": pytorch_fid, "clean": clean}


def make_resize(metadata):
    golden = Golden(metadata)
    for size, side in SIDES:
        pixels = images(f"resize{size}", 2, size)
        for way, resize in WAYS.items():
            golden.put(f"{way}_{size}_{side}", y=np.stack([resize(p, side) for p in pixels]).astype(np.float32))
    return golden


def make_inception(metadata):
    golden, net = Golden(metadata), by_formula()
    for size, count in [(32, 2), (299, 1)]:
        pixels = images(f"inception{size}", count, size)
        for way in "tensorflow", "pytorch_fid":
            x = np.stack([WAYS[way](p, 299) for p in pixels]).astype(np.float64)
            x = 2 * x - 1 if way == "pytorch_fid" else (x - 128) / 128
            with torch.no_grad():
                features, logits = net(torch.from_numpy(x).permute(0, 3, 1, 2))
            golden.put(f"{way}_{size}", features=features, logits=logits)
    return golden
