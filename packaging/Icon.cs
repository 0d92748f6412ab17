#:package SkiaSharp
#:package SkiaSharp.NativeAssets.Linux.NoDependencies
#:property PublishAot=false
// Draws the packages' icon: a house in the four quarter turns by which SSGAN learns. dotnet run packaging/Icon.cs
// packaging/icon.png
using SkiaSharp;

const int Side = 64;
using var bitmap = new SKBitmap(2 * Side, 2 * Side, SKColorType.Rgba8888, SKAlphaType.Premul);
using var canvas = new SKCanvas(bitmap);
using var paint = new SKPaint { IsAntialias = true };
string[] skies = ["#1f3a5f", "#2c5d63", "#5b3758", "#7a4a32"];
for (int turns = 0; turns < 4; turns++)
{
    canvas.Save();
    canvas.Translate(turns is 0 or 3 ? 0 : Side, turns < 2 ? 0 : Side);
    canvas.RotateDegrees(90 * turns, Side / 2f, Side / 2f);
    paint.Color = SKColor.Parse(skies[turns]);
    canvas.DrawRoundRect(3, 3, Side - 6, Side - 6, 9, 9, paint);
    paint.Color = SKColor.Parse("#f4e9cd");
    canvas.DrawRect(19, 32, 26, 19, paint);
    paint.Color = SKColor.Parse("#e4572e");
    using var shape = new SKPath();
    shape.MoveTo(14, 33);
    shape.LineTo(32, 14);
    shape.LineTo(50, 33);
    shape.Close();
    canvas.DrawPath(shape, paint);
    paint.Color = SKColor.Parse(skies[turns]);
    canvas.DrawRect(28, 39, 8, 12, paint);
    canvas.Restore();
}
using var file = File.Create(args[0]);
bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
