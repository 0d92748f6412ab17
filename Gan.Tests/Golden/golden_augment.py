"""Augmentations of images with given random numbers: each image by itself, with slices and full matrices."""
import math

import torch
from torch.nn import functional as F

from golden_io import Golden

COUNT, SIZE, P = 4, 16, 0.6


def whole(u, bound):
    return int(math.floor(float(u) * bound))


def color(x, brightness, saturation, contrast):
    x = x + (brightness - 0.5)
    mean = x.mean(dim=0, keepdim=True)
    x = (x - mean) * (saturation * 2) + mean
    return (x - x.mean()) * (contrast + 0.5) + x.mean()


def translation(x, down, right):
    """Pixel (i, j) comes from (i + down, j + right); zeros beyond."""
    most = int(SIZE / 8 + 0.5)
    rows, columns = whole(down, 2 * most + 1) - most, whole(right, 2 * most + 1) - most
    padded = F.pad(x, [most] * 4)
    return padded[:, most + rows:most + rows + SIZE, most + columns:most + columns + SIZE]


def cutout(x, row, column):
    side = int(SIZE / 2 + 0.5)
    top, left = (whole(u, SIZE + 1 - side % 2) - side // 2 for u in (row, column))
    mask = torch.ones_like(x)
    mask[:, max(top, 0):max(top + side, 0), max(left, 0):max(left + side, 0)] = 0
    return x * mask


def diff_augment(x, numbers, policy):
    result = []
    for image, n in zip(x, numbers.T):
        if "color" in policy:
            image = color(image, *n[0:3])
        if "translation" in policy:
            image = translation(image, *n[3:5])
        if "cutout" in policy:
            image = cutout(image, *n[5:7])
        result.append(image)
    return torch.stack(result)


def moved(rows, columns):
    return torch.tensor([[1, 0, columns], [0, 1, rows], [0, 0, 1]], dtype=torch.float64)


def scaled(rows, columns):
    return torch.diag(torch.tensor([columns, rows, 1], dtype=torch.float64))


def geometry(x, u, n):
    """Matrices act on (column, row, 1) about the image's centre, as the image moves; sampled at their inverse."""
    if u[2] < P:
        x = torch.rot90(x, whole(u[3], 4), (1, 2))
    m = torch.eye(3, dtype=torch.float64)
    if u[0] < P:
        m = scaled(1, 1 - 2 * whole(u[1], 2)) @ m
    if u[4] < P:
        pixels = [round((2 * float(v) - 1) * 0.125 * SIZE) for v in u[5:7]]
        m = moved(*pixels) @ m
    if u[7] < P:
        m = scaled(2 ** (0.2 * float(n[0])), 2 ** (0.2 * float(n[0]))) @ m
    if u[8] < P:
        m = scaled(2 ** (-0.2 * float(n[1])), 2 ** (0.2 * float(n[1]))) @ m
    if u[9] < P:
        m = moved(0.125 * SIZE * float(n[2]), 0.125 * SIZE * float(n[3])) @ m
    line = torch.arange(SIZE, dtype=torch.float64) - (SIZE - 1) / 2
    rows, columns = torch.meshgrid(line, line, indexing="ij")
    places = torch.stack([columns, rows, torch.ones_like(rows)], dim=-1) @ torch.linalg.inv(m).T
    grid = places[..., :2] / ((SIZE - 1) / 2)
    return F.grid_sample(x[None], grid[None], mode="bilinear", padding_mode="zeros", align_corners=True)[0]


def turned_about(v, cosine, sine):
    cross = torch.tensor([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]], dtype=torch.float64)
    return cosine * torch.eye(3, dtype=torch.float64) + sine * cross + (1 - cosine) * torch.outer(v, v)


def colors(x, u, n):
    v = torch.full((3,), 1 / math.sqrt(3), dtype=torch.float64)
    one, luma = torch.eye(3, dtype=torch.float64), torch.outer(v, v)
    pixels = x.reshape(3, -1)
    if u[10] < P:
        pixels = pixels + 0.2 * n[4]
    if u[11] < P:
        pixels = pixels * 2 ** (0.5 * n[5])
    if u[12] < P:
        pixels = (one - 2 * luma * whole(u[13], 2)) @ pixels
    if u[14] < P:
        length = torch.hypot(n[6], n[7])
        pixels = turned_about(v, n[6] / length, n[7] / length) @ pixels
    if u[15] < P:
        pixels = (luma + (one - luma) * 2 ** n[8]) @ pixels
    return pixels.reshape(x.shape)


def adaptive(x, uniforms, normals):
    return torch.stack([colors(geometry(image, u, n), u, n) for image, u, n in zip(x, uniforms.T, normals.T)])


def make_augment(metadata):
    golden = Golden(metadata)
    torch.manual_seed(20)

    def drawn(*shape, uniform=False):
        values = torch.rand(*shape) if uniform else torch.randn(*shape)
        return values.double()

    x, dy = drawn(COUNT, 3, SIZE, SIZE).clamp(-1, 1), drawn(COUNT, 3, SIZE, SIZE)
    numbers = drawn(7, COUNT, uniform=True)
    golden.put("diff_augment", x=x, dy=dy, numbers=numbers)
    for policy in ("color", "translation", "cutout", "color,translation,cutout"):
        leaf = x.clone().requires_grad_()
        y = diff_augment(leaf, numbers, policy)
        (dx,) = torch.autograd.grad(y, leaf, dy)
        name = "all" if "," in policy else policy
        golden.put("diff_augment", **{f"y_{name}": y, f"dx_{name}": dx})

    # Several draws, so that every change happens to some image and not to another.
    golden.settings("adaptive", p=P)
    uniforms, normals = drawn(16, COUNT, uniform=True), drawn(9, COUNT)
    kinds = [0, 2, 4, 7, 8, 9, 10, 11, 12, 14, 15]
    for at, kind in enumerate(kinds):
        uniforms[kind, at % COUNT], uniforms[kind, (at + 1) % COUNT] = 0.25, 0.75
    uniforms[[1, 13]] = torch.tensor([0.75, 0.75, 0.25, 0.75], dtype=torch.float64)
    leaf = x.clone().requires_grad_()
    y = adaptive(leaf, uniforms, normals)
    (dx,) = torch.autograd.grad(y, leaf, dy)
    golden.put("adaptive", x=x, dy=dy, uniforms=uniforms, normals=normals, y=y, dx=dx)
    return golden
