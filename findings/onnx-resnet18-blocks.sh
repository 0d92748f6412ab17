#!/usr/bin/env bash
# The network that NuGet distributes as ResNet-18 for ML.NET's image featurizers is none: its last stage has three residual blocks
# of 512 channels, where He et al. 2016 (table 1) have two. So it has 22 convolutions, not 20 (a first one, two in each of
# eight blocks, and three in shortcuts), and its features are not those of another ResNet-18 of any training. It takes one image at
# a time: another number is refused.
#
# Needs the .NET SDK 10 and NuGet. Exits with 0 while the package is as shown, with 1 otherwise.
# Output seen on Debian 12, x64:
#   Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1, ONNX Runtime 1.31.1
#   convolutions that ran: 22, of a network with 8 blocks 20
#   with 512 channels: 7, of a network with 8 blocks 5
#   two images at a time: refused
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
    <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="[1.31.1]" />
    <PackageDownload Include="Microsoft.ML.DnnImageFeaturizer.ResNet18" Version="[0.23.1]" />
    <None Include="$(NuGetPackageRoot)microsoft.ml.dnnimagefeaturizer.resnet18/0.23.1/tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx"
          Condition="'$(NuGetPackageRoot)' != ''" CopyToOutputDirectory="PreserveNewest" Link="ResNet18.onnx" />
  </ItemGroup>
</Project>
PROJECT
cat > Program.cs <<'PROGRAM'
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

// Nodes stay as they are in the file, and the profile names each that ran.
using var options = new SessionOptions
{
    GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, EnableProfiling = true,
};
using var session = new InferenceSession(Path.Combine(AppContext.BaseDirectory, "ResNet18.onnx"), options);
string input = session.InputMetadata.Keys.Single();
session.Run([NamedOnnxValue.CreateFromTensor(input, new DenseTensor<float>([1, 3, 224, 224]))]).Dispose();
string two = "taken";
try
{
    session.Run([NamedOnnxValue.CreateFromTensor(input, new DenseTensor<float>([2, 3, 224, 224]))]).Dispose();
}
catch (OnnxRuntimeException)
{
    two = "refused";
}
using var profile = JsonDocument.Parse(File.ReadAllText(session.EndProfiling()));
var convolutions = new Dictionary<string, string>();
foreach (var node in profile.RootElement.EnumerateArray())
{
    if (!node.TryGetProperty("args", out var facts) || !facts.TryGetProperty("op_name", out var type)
        || type.GetString() != "Conv" || !facts.TryGetProperty("output_type_shape", out var shape)) continue;
    convolutions.TryAdd(node.GetProperty("name").GetString()!, shape.GetRawText());
}
int wide = convolutions.Values.Count(static s => s.Contains("[1,512,", StringComparison.Ordinal));
Console.WriteLine($"Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1, ONNX Runtime {OrtEnv.Instance().GetVersionString()}");
Console.WriteLine($"convolutions that ran: {convolutions.Count}, of a network with 8 blocks 20");
Console.WriteLine($"with 512 channels: {wide}, of a network with 8 blocks 5");
Console.WriteLine($"two images at a time: {two}");
bool same = (convolutions.Count, wide, two) == (22, 7, "refused");
Console.WriteLine(same ? "as described" : "changed");
return same ? 0 : 1;
PROGRAM
dotnet restore --nologo -v q > build.log || { cat build.log; exit 1; }
dotnet build -c Release -o out --no-restore --nologo -v q > build.log || { cat build.log; exit 1; }
dotnet out/finding.dll
