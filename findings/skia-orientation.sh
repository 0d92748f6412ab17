#!/usr/bin/env bash
# Skia does not report the orientation of a PNG file, whose eXIf chunk may stand before or after the image data (PNG
# specification, third edition, 11.3.4.5), nor of a WebP file whose EXIF chunk begins with "Exif\0\0", as some writers make it; it
# does so for the same WebP file without these six bytes, and for JPEG. Pillow turns all of them (ImageOps.exif_transpose).
#
# Needs the .NET SDK 10 and NuGet. Exits with 0 while the library behaves as shown, with 1 otherwise.
# Output seen on Debian 12, x64:
#   SkiaSharp 3.119.4
#   PNG, no eXIf: TopLeft
#   PNG, eXIf orientation 6 before IDAT: TopLeft (RightTop expected)
#   PNG, eXIf orientation 6 after IDAT: TopLeft (RightTop expected)
#   WebP, EXIF orientation 6: RightTop
#   WebP, EXIF orientation 6 behind "Exif\0\0": TopLeft (RightTop expected)
#   JPEG, Exif orientation 6: RightTop
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
using SkiaSharp;

byte[] Encode(SKEncodedImageFormat format)
{
    using var bitmap = new SKBitmap(9, 8);
    bitmap.Erase(SKColors.Red);
    using SKData data = bitmap.Encode(format, 90);
    return data.ToArray();
}

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

byte[] Webp(byte[] file, byte[] exif)
{
    byte[] extended = [.. "VP8X"u8, 10, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 7, 0, 0];
    byte[] all = [.. file[..12], .. extended, .. file[12..], .. "EXIF"u8, (byte)exif.Length, 0, 0, 0, .. exif];
    BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(4), all.Length - 8);
    return all;
}

bool same = true;
string version = FileVersionInfo.GetVersionInfo(typeof(SKCodec).Assembly.Location).ProductVersion!.Split('+')[0];
void Show(string what, byte[] file, SKEncodedOrigin seen, bool right = true)
{
    using SKCodec codec = SKCodec.Create(new MemoryStream(file));
    Console.WriteLine($"{what}: {codec.EncodedOrigin}{(right ? "" : " (RightTop expected)")}");
    same &= codec.EncodedOrigin == seen;
}

byte[] tiff = [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
byte[] prefixed = [.. "Exif\0\0"u8, .. tiff];
byte[] png = Encode(SKEncodedImageFormat.Png), webp = Encode(SKEncodedImageFormat.Webp), jpeg = Encode(SKEncodedImageFormat.Jpeg);
Console.WriteLine($"SkiaSharp {version}");
Show("PNG, no eXIf", png, SKEncodedOrigin.TopLeft);
Show("PNG, eXIf orientation 6 before IDAT", [.. png[..33], .. Chunk("eXIf", tiff), .. png[33..]], SKEncodedOrigin.TopLeft, false);
byte[] after = [.. png[..^12], .. Chunk("eXIf", tiff), .. png[^12..]];
Show("PNG, eXIf orientation 6 after IDAT", after, SKEncodedOrigin.TopLeft, false);
Show("WebP, EXIF orientation 6", Webp(webp, tiff), SKEncodedOrigin.RightTop);
Show("WebP, EXIF orientation 6 behind \"Exif\\0\\0\"", Webp(webp, prefixed), SKEncodedOrigin.TopLeft, false);
byte[] app1 = [0xFF, 0xE1, 0, (byte)(prefixed.Length + 2), .. prefixed];
Show("JPEG, Exif orientation 6", [.. jpeg[..2], .. app1, .. jpeg[2..]], SKEncodedOrigin.RightTop);
Console.WriteLine(same ? "as described" : "changed");
return same ? 0 : 1;
PROGRAM
dotnet build -c Release -o out --nologo -v q > build.log || { cat build.log; exit 1; }
dotnet out/finding.dll
