#!/usr/bin/env bash
# TensorPrimitives, whose names are those of tensor libraries, computes some functions by their definition and not as these do.
# SoftMax does not take the largest value off first: of float logits from 89 on it gives NaN, and so it does where all are below
# -104. LogP1 and ExpM1 are log(1 + x) and exp(x) - 1 rounded in between: 0 for all small x. StdDev of floats sums in float: of
# 2^20 values of 1000 and 1001 in turns, whose deviation is a half, it is a quarter too large, of 2^24 18 times too large.
#
# Needs the .NET SDK 10 and NuGet. Exits with 0 while the package is as described, with 1 otherwise.
# Output seen on Debian 12, x64:
#   System.Numerics.Tensors 10.0.15
#   softmax(88, 0, 0): 1 6.054601E-39 6.054601E-39
#   softmax(89, 0, 0): NaN 0 0
#   softmax(-1000, -1000, -999): NaN NaN NaN
#   logp1(1e-8): 0, expm1(1e-8): 0
#   deviation of 2^20: 0.62333643, of 2^24: 9.112695
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
    <PackageReference Include="System.Numerics.Tensors" Version="[10.0.15]" />
  </ItemGroup>
</Project>
PROJECT
cat > Program.cs <<'PROGRAM'
using System.Numerics.Tensors;

Console.WriteLine("System.Numerics.Tensors 10.0.15");
float[] fits = SoftMax(88, 0, 0), large = SoftMax(89, 0, 0), small = SoftMax(-1000, -1000, -999);
float log = One(TensorPrimitives.LogP1, 1e-8f), exp = One(TensorPrimitives.ExpM1, 1e-8f);
Console.WriteLine($"logp1(1e-8): {log}, expm1(1e-8): {exp}");
float few = Deviation(1 << 20), many = Deviation(1 << 24);
Console.WriteLine($"deviation of 2^20: {few}, of 2^24: {many}");
bool same = fits[0] == 1 && float.IsNaN(large[0]) && small.All(float.IsNaN) && (log, exp) == (0, 0) && many > 5
    && few is > 0.55f and < 1;
Console.WriteLine(same ? "as described" : "otherwise than described");
return same ? 0 : 1;

static float[] SoftMax(params float[] logits)
{
    var y = new float[logits.Length];
    TensorPrimitives.SoftMax<float>(logits, y);
    Console.WriteLine($"softmax({string.Join(", ", logits)}): {string.Join(' ', y)}");
    return y;
}

static float One(Map map, float x)
{
    float[] y = [float.NaN];
    map([x], y);
    return y[0];
}

static float Deviation(int count) =>
    TensorPrimitives.StdDev<float>(Enumerable.Range(0, count).Select(static i => 1000f + (i & 1)).ToArray());

delegate void Map(ReadOnlySpan<float> x, Span<float> y);
PROGRAM
dotnet run -c Release
