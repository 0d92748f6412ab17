"""Writes images.txt: small pictures and the bytes that Pillow reads from them, without colour management.

Debian 12: apt-get install python3-pil imagemagick; /usr/bin/python3 make_images.py
A line holds a name, the file, and (8, 8, 3) RGB over white, the latter two in base64.
"""
import base64, io, pathlib, struct, subprocess, zlib
from PIL import Image

SIDE = 8
FOLDER = pathlib.Path(__file__).parent


def profile(space):
    """An ICC profile of linear light, for RGB with the primaries of red and blue exchanged: applying it changes every pixel."""
    xyz = lambda *v: b"XYZ \0\0\0\0" + struct.pack(">3i", *[round(a * 65536) for a in v])
    curve = b"curv\0\0\0\0" + struct.pack(">IHH", 1, 256, 0)
    tags = [(b"wtpt", xyz(0.9642, 1, 0.8249))]
    if space == b"RGB ":
        tags += [(b"rXYZ", xyz(0.1431, 0.0606, 0.7141)), (b"gXYZ", xyz(0.3851, 0.7169, 0.0971))]
        tags += [(b"bXYZ", xyz(0.4360, 0.2225, 0.0139))]
        tags += [(b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)]
    else:
        tags += [(b"kTRC", curve)]
    table, body, start = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    header = struct.pack(">I4x4B4s4s4s12x4s28x", start + len(body), 2, 64, 0, 0, b"mntr", space, b"XYZ ", b"acsp")
    header += struct.pack(">3i48x", 63190, 65536, 54061)
    return header + table + body


def save(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def over_white(file):
    rgba = Image.open(io.BytesIO(file)).convert("RGBA").tobytes()
    over = lambda value, alpha: (value * alpha + 255 * (255 - alpha) + 127) // 255
    return bytes(over(rgba[i + c], rgba[i + 3]) for i in range(0, len(rgba), 4) for c in range(3))


def png16(colour_type, channels):
    """
    Big-endian samples whose lower byte is mostly above 127, so that rounding and cutting differ. Pillow does not write these.
    """
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    value = lambda x, y, c: (x * 8009 + y * 1021 + c * 20011 + 200) % 65536
    row = lambda y: b"".join(struct.pack(">H", value(x, y, c)) for x in range(SIDE) for c in range(channels))
    rows = b"".join(b"\0" + row(y) for y in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 16, colour_type, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


rgb = Image.new("RGB", (SIDE, SIDE))
rgb.putdata([((x * 8 + y) * 4, (x * 31 + 5) % 256, (y * 29 + 2) % 256) for y in range(SIDE) for x in range(SIDE)])
alpha = Image.new("L", rgb.size)
alpha.putdata([(0, 102, 255, 40)[i % 4] for i in range(SIDE * SIDE)])
rgba = rgb.copy()
rgba.putalpha(alpha)
grey, palette = rgb.convert("L"), rgb.quantize(16)
cmyk = rgb.convert("CMYK")
cmyk.putdata([(c, m, y, i * 3) for i, (c, m, y, k) in enumerate(cmyk.getdata())])
linear, linear_grey = profile(b"RGB "), profile(b"GRAY")
magick = lambda target: subprocess.run(["convert", "png:-", target], input=save(rgb, "PNG"),
    capture_output=True, check=True).stdout

files = {
    "rgb.png": save(rgb, "PNG"),
    "rgba.png": save(rgba, "PNG"),
    "grey.png": save(grey, "PNG"),
    "grey-alpha.png": save(rgba.convert("LA"), "PNG"),
    "palette.png": save(palette, "PNG"),
    "palette-alpha.png": save(palette, "PNG", transparency=bytes([0, 128, 255, 10])),
    "grey-key.png": save(grey, "PNG", transparency=grey.getpixel((3, 3))),
    "rgb-key.png": save(rgb, "PNG", transparency=rgb.getpixel((3, 3))),
    "rgb16.png": png16(2, 3),
    "rgba16.png": png16(6, 4),
    "grey-alpha16.png": png16(4, 2),
    "imagemagick.png": magick("png:-"),
    "imagemagick.bmp": magick("bmp:-"),
    "imagemagick.jpg": magick("jpg:-"),
    "icc.jpg": save(rgb, "JPEG", quality=85, subsampling=0, icc_profile=linear),
    "420.jpg": save(rgb, "JPEG", quality=85, subsampling=2),
    "420-icc.jpg": save(rgb, "JPEG", quality=85, subsampling=2, icc_profile=linear),
    "progressive-icc.jpg": save(rgb, "JPEG", quality=85, subsampling=2, progressive=True, icc_profile=linear),
    "grey-icc.jpg": save(grey, "JPEG", quality=85, icc_profile=linear_grey),
    "cmyk.jpg": save(cmyk, "JPEG", quality=85),
    "lossless-icc.webp": save(rgb, "WEBP", lossless=True, icc_profile=linear),
    "lossy-icc.webp": save(rgb, "WEBP", quality=80, icc_profile=linear),
    "alpha-icc.webp": save(rgba, "WEBP", lossless=True, exact=True, icc_profile=linear),
}
base = lambda data: base64.b64encode(data).decode()
lines = [f"{name} {base(file)} {base(over_white(file))}\n" for name, file in files.items()]
lines += [f"{name} - {base(data)}\n" for name, data in (("rgb.icc", linear), ("grey.icc", linear_grey))]
(FOLDER / "images.txt").write_text("".join(lines))
