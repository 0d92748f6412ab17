#!/usr/bin/env bash
# What NuGet's Microsoft.ML.DnnImageFeaturizer.ResNet18 holds is not He et al.'s ResNet-18: its last stage has three blocks, not
# two, so that it has 22 convolutions instead of 20. A batch of one is written into both of its ONNX models, and ONNX Runtime
# refuses more. The model of the input takes RGB in [0, 255] and gives BGR less a mean image, whose middle is 15 darker in blue
# than its corner: three means will not do.
#
# Needs the .NET SDK 10 and NuGet. Exits with 0 while the package is as described, with 1 otherwise.
# Output seen on Debian 12, x64:
#   Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1, ONNX Runtime 1.31.1
#   convolutions of 64, 128, 256, 512 filters: 5 5 5 7
#   a batch of two: Got: 2 Expected: 1
#   black becomes, in the corner and in the middle: (-114.42, -123.89, -125.10) (-98.91, -112.13, -123.33)
#   red adds 255 to channel 2
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
    <InvariantGlobalization>true</InvariantGlobalization>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="[1.31.1]" />
    <PackageDownload Include="Microsoft.ML.DnnImageFeaturizer.ResNet18" Version="[0.23.1]" />
    <None Include="$(NuGetPackageRoot)microsoft.ml.dnnimagefeaturizer.resnet18/0.23.1/tools/DnnImageModels/**"
          CopyToOutputDirectory="PreserveNewest" LinkBase="models" Condition="'$(NuGetPackageRoot)' != ''" />
  </ItemGroup>
</Project>
PROJECT
cat > Program.cs <<'PROGRAM'
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

const int size = 224, plane = size * size;
string models = Path.Combine(AppContext.BaseDirectory, "models"), network = Path.Combine(models, "ResNet18Onnx", "ResNet18.onnx");
Console.WriteLine($"Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1, ONNX Runtime {OrtEnv.Instance().GetVersionString()}");

// Filters are the initializers of four dimensions.
byte[] file = File.ReadAllBytes(network);
int[] counts = [.. new[] { 64, 128, 256, 512 }.Select(filters => Shapes(file).Count(s => s[0] == filters))];
Console.WriteLine($"convolutions of 64, 128, 256, 512 filters: {string.Join(' ', counts)}");

using var first = new InferenceSession(Path.Combine(models, "ResNetPrepOnnx", "ResNetPreprocess.onnx"));
using var second = new InferenceSession(network);
string refusal = "none";
try
{
    Run(second, new float[2 * 3 * plane], 2);
}
catch (OnnxRuntimeException e)
{
    refusal = Regex.Match(e.Message, @"Got: \d+ Expected: \d+").Value;
}
Console.WriteLine($"a batch of two: {refusal}");

float[] black = Run(first, new float[3 * plane], 1), red = new float[3 * plane];
Array.Fill(red, 255, 0, plane);
red = Run(first, red, 1);
const int middle = 112 * size + 112;
Console.WriteLine($"black becomes, in the corner and in the middle: {Pixel(black, 0)} {Pixel(black, middle)}");
int channel = Enumerable.Range(0, 3).Single(c => Math.Abs(red[c * plane] - black[c * plane] - 255) < 1e-3);
Console.WriteLine($"red adds 255 to channel {channel}");
bool same = counts is [5, 5, 5, 7] && refusal == "Got: 2 Expected: 1" && channel == 2 && Math.Abs(black[0] - black[middle]) > 15;
Console.WriteLine(same ? "as described" : "otherwise than described");
return same ? 0 : 1;

static string Pixel(float[] image, int at) => $"({image[at]:F2}, {image[plane + at]:F2}, {image[2 * plane + at]:F2})";

static float[] Run(InferenceSession session, float[] x, int count)
{
    using var input = OrtValue.CreateTensorValueFromMemory(x, [count, 3, size, size]);
    using var outputs = session.Run(new RunOptions(), session.InputNames, [input], session.OutputNames);
    return outputs[0].GetTensorDataAsSpan<float>().ToArray();
}

// The graph's initializers, field 5 of field 7, by their dims, field 1.
static IEnumerable<int[]> Shapes(byte[] file)
{
    foreach (var (number, graph) in Fields(file))
    {
        if (number != 7) continue;
        foreach (var (part, tensor) in Fields(graph))
        {
            if (part != 5) continue;
            int[] dims = [.. Fields(tensor).Where(static f => f.Number == 1).SelectMany(static f => Varints(f.Bytes))];
            if (dims.Length == 4) yield return dims;
        }
    }
}

static IEnumerable<int> Varints(ReadOnlyMemory<byte> bytes)
{
    for (int i = 0; i < bytes.Length;) yield return (int)Varint(bytes, ref i);
}

static ulong Varint(ReadOnlyMemory<byte> bytes, ref int i)
{
    ulong value = 0;
    for (int shift = 0; ; shift += 7)
    {
        byte b = bytes.Span[i++];
        value |= (ulong)(b & 127) << shift;
        if (b < 128) return value;
    }
}

// A number is given as its own bytes.
static IEnumerable<(int Number, ReadOnlyMemory<byte> Bytes)> Fields(ReadOnlyMemory<byte> message)
{
    for (int i = 0; i < message.Length;)
    {
        int key = (int)Varint(message, ref i), start = i, length;
        switch (key & 7)
        {
            case 0: Varint(message, ref i); length = i - start; i = start; break;
            case 1: length = 8; break;
            case 5: length = 4; break;
            default: length = (int)Varint(message, ref i); break;
        }
        yield return (key >> 3, message.Slice(i, length));
        i += length;
    }
}
PROGRAM
dotnet run -c Release
