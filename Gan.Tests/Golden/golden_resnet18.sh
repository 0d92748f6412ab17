#!/usr/bin/env bash
# Writes resnet18.safetensors: what ONNX Runtime says of two images of 224 pixels, by both models of NuGet's
# Microsoft.ML.DnnImageFeaturizer.ResNet18, one image at a time, since a batch of one is written into them.
# Needs the .NET SDK 10 and NuGet.
set -euo pipefail
target=$(cd "$(dirname "$0")" && pwd)/resnet18.safetensors
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > golden.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
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
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;

const int size = 224, count = 2;
string models = Path.Combine(AppContext.BaseDirectory, "models");
using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, IntraOpNumThreads = 1 };
using var first = new InferenceSession(Path.Combine(models, "ResNetPrepOnnx", "ResNetPreprocess.onnx"), options);
using var second = new InferenceSession(Path.Combine(models, "ResNet18Onnx", "ResNet18.onnx"), options);
byte[] pixels = Images("resnet224");
float[] features = [.. Enumerable.Range(0, count).SelectMany(n => Run(second, Run(first, Planar(n))))];
string header = "{\"__metadata__\":{\"made_by\":\"golden_resnet18.sh, ONNX Runtime "
    + OrtEnv.Instance().GetVersionString() + "\"},\"ort_224/features\":{\"dtype\":\"F32\",\"shape\":[2,512],"
    + "\"data_offsets\":[0," + features.Length * 4 + "]}}";
header = header.PadRight((header.Length + 7) / 8 * 8);
File.WriteAllBytes(args[0], [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header),
    .. MemoryMarshal.AsBytes(features.AsSpan())]);

// RGB, values in [0, 255], plane by plane.
float[] Planar(int n) => [.. from c in Enumerable.Range(0, 3) from p in Enumerable.Range(0, size * size)
                             select (float)pixels[(n * size * size + p) * 3 + c]];

float[] Run(InferenceSession session, float[] x)
{
    using var input = OrtValue.CreateTensorValueFromMemory(x, [1, 3, size, size]);
    using var outputs = session.Run(new RunOptions(), session.InputNames, [input], session.OutputNames);
    return outputs[0].GetTensorDataAsSpan<float>().ToArray();
}

// As golden_networks.py.
byte[] Images(string name)
{
    byte[] result = new byte[count * size * size * 3];
    uint seed = 0x811C9DC5;
    foreach (byte b in Encoding.UTF8.GetBytes(name)) seed = (seed ^ b) * 0x01000193;
    for (int i = 0; i < result.Length; i++)
    {
        uint h = (uint)i * 0x9E3779B1 + seed;
        h = (h ^ h >> 16) * 0x85EBCA6B;
        h = (h ^ h >> 13) * 0xC2B2AE35;
        int c = i % 3, x = i / 3 % size, y = i / 3 / size % size, n = i / 3 / size / size;
        result[i] = (byte)(7 * x + 3 * y * (c + 1) + 50 * n + (int)(((h ^ h >> 16) >> 8) / 8388608.0 * 32));
    }
    return result;
}
PROGRAM
dotnet run -c Release -- "$target"
