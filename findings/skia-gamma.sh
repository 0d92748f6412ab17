#!/usr/bin/env bash
# Decoding a PNG file into sRGB, Skia takes gAMA without an sRGB chunk, which ImageMagick 6 writes (0.45455), as a pure power law,
# and converts: dark values change most, 8 becomes 2. Pillow and torchvision give the stored values, and so does Skia into an
# image without a colour space. Values of gAMA that no display has (1, 2^31-1) are applied too: the picture
# becomes black with white, or white with black.
#
# Needs the .NET SDK 10 and NuGet. Exits with 0 while the library behaves as shown, with 1 otherwise.
# Output seen on Debian 12, x64:
#   SkiaSharp 3.119.4
#   stored: 0 8 20 64 128 255
#   gAMA 45455: into sRGB 0 2 12 62 129 255; without a colour space 0 8 20 64 128 255
#   gAMA 100000: into sRGB 0 50 79 137 188 255; without a colour space 0 8 20 64 128 255
#   gAMA 1: into sRGB 0 0 0 0 0 255; without a colour space 0 8 20 64 128 255
#   gAMA 2147483647: into sRGB 0 255 255 255 255 255; without a colour space 0 8 20 64 128 255
#   as described
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="SkiaSharp" Version="[3.119.4]" />
    <PackageReference Include="SkiaSharp.NativeAssets.Linux.NoDependencies" Version="[3.119.4]" />
  </ItemGroup>
</Project>
PROJECT
cat > Program.cs <<'PROGRAM'
using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using SkiaSharp;

byte[] Chunk(string type, byte[] data)
{
    byte[] chunk = [0, 0, 0, (byte)data.Length, .. System.Text.Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];
    uint crc = uint.MaxValue;
    foreach (byte b in chunk.AsSpan(4..^4))
    {
        crc ^= b;
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (0xEDB88320 & (uint)-(int)(crc & 1));
    }
    BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), ~crc);
    return chunk;
}

// One row of grey, eight bits.
byte[] Png(byte[] row, uint gamma)
{
    byte[] gama = new byte[4];
    BinaryPrimitives.WriteUInt32BigEndian(gama, gamma);
    var data = new MemoryStream();
    using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write([0, .. row]);
    byte[] header = Chunk("IHDR", [0, 0, 0, (byte)row.Length, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    byte[] chunks = [.. header, .. Chunk("gAMA", gama), .. Chunk("IDAT", data.ToArray()), .. Chunk("IEND", [])];
    return [137, .. "PNG\r\n\x1a\n"u8, .. chunks];
}

string Decode(byte[] file, bool srgb)
{
    using SKCodec codec = SKCodec.Create(new MemoryStream(file));
    using SKColorSpace? space = srgb ? SKColorSpace.CreateSrgb() : null;
    var info = new SKImageInfo(codec.Info.Width, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul, space);
    using var bitmap = new SKBitmap(info);
    SKCodecResult result = codec.GetPixels(info, bitmap.GetPixels());
    if (result != SKCodecResult.Success) return $"{result}";
    return string.Join(' ', bitmap.GetPixelSpan().ToArray().Where((_, i) => i % 4 == 0));
}

byte[] row = [0, 8, 20, 64, 128, 255];
string stored = string.Join(' ', row);
bool same = true;
string version = FileVersionInfo.GetVersionInfo(typeof(SKCodec).Assembly.Location).ProductVersion!.Split('+')[0];
Console.WriteLine($"SkiaSharp {version}");
Console.WriteLine($"stored: {stored}");
(uint, string)[] cases =
[
    (45455, "0 2 12 62 129 255"), (100000, "0 50 79 137 188 255"), (1, "0 0 0 0 0 255"), (int.MaxValue, "0 255 255 255 255 255"),
];
foreach ((uint gamma, string seen) in cases)
{
    string into = Decode(Png(row, gamma), true), without = Decode(Png(row, gamma), false);
    Console.WriteLine($"gAMA {gamma}: into sRGB {into}; without a colour space {without}");
    same &= into == seen && without == stored;
}
Console.WriteLine(same ? "as described" : "changed");
return same ? 0 : 1;
PROGRAM
dotnet build -c Release -o out --nologo -v q > build.log || { cat build.log; exit 1; }
dotnet out/finding.dll
