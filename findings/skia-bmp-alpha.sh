#!/usr/bin/env bash
# Skia ignores the mask for alpha of a BMP file with a 56-byte header (BITMAPV3INFOHEADER, BI_BITFIELDS, mask ff000000): its
# pixels come opaque. With the 108-byte header (BITMAPV4HEADER) and all else equal it heeds the mask. It heeds it also
# where alpha is 0 in every pixel, as writers without alpha leave it; viewers show such a picture opaque.
#
# Needs the .NET SDK 10 and NuGet. Exits with 0 while the library behaves as shown, with 1 otherwise.
# Output seen on Debian 12, x64:
#   SkiaSharp 3.119.4
#   header of 56 bytes, alpha 102: decoded alpha 255 (102 expected)
#   header of 108 bytes, alpha 102: decoded alpha 102
#   header of 108 bytes, alpha 0 everywhere: decoded alpha 0
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
using System.Diagnostics;
using SkiaSharp;

// 4x4 pixels of one colour.
byte[] Bmp(int header, byte alpha)
{
    using var stream = new MemoryStream();
    using var writer = new BinaryWriter(stream);
    writer.Write("BM"u8);
    int[] fields = [14 + header + 64, 0, 14 + header, header, 4, 4, 1 | 32 << 16, 3, 64, 2835, 2835, 0, 0];
    foreach (int field in fields) writer.Write(field);
    foreach (uint mask in (uint[])[0xFF0000, 0xFF00, 0xFF, 0xFF000000]) writer.Write(mask);
    // "sRGB", end points and gammas of the fourth version.
    if (header == 108) writer.Write([.. "BGRs"u8, .. new byte[48]]);
    for (int i = 0; i < 16; i++) writer.Write([30, 20, 10, alpha]);
    return stream.ToArray();
}

bool same = true;
void Show(string what, byte[] file, byte seen, string remark = "")
{
    using SKCodec codec = SKCodec.Create(new MemoryStream(file));
    var info = new SKImageInfo(4, 4, SKColorType.Rgba8888, SKAlphaType.Unpremul);
    using var bitmap = new SKBitmap(info);
    SKCodecResult result = codec.GetPixels(info, bitmap.GetPixels());
    byte[] pixels = bitmap.GetPixelSpan().ToArray();
    Console.WriteLine($"{what}: decoded alpha {pixels[3]}{remark}");
    same &= result == SKCodecResult.Success && pixels[0] == 10 && pixels.Where((_, i) => i % 4 == 3).All(alpha => alpha == seen);
}

string version = FileVersionInfo.GetVersionInfo(typeof(SKCodec).Assembly.Location).ProductVersion!.Split('+')[0];
Console.WriteLine($"SkiaSharp {version}");
Show("header of 56 bytes, alpha 102", Bmp(56, 102), 255, " (102 expected)");
Show("header of 108 bytes, alpha 102", Bmp(108, 102), 102);
Show("header of 108 bytes, alpha 0 everywhere", Bmp(108, 0), 0);
Console.WriteLine(same ? "as described" : "changed");
return same ? 0 : 1;
PROGRAM
dotnet build -c Release -o out --nologo -v q > build.log || { cat build.log; exit 1; }
dotnet out/finding.dll
