<#
.SYNOPSIS
    Short names for the commands that build, test, measure and pack this repository.
.EXAMPLE
    ./build.ps1 Test --filter Conv2d
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Bench', 'Pack', 'Publish', 'Kernels', 'GpuKit', 'PublicApi')]
    [string] $Task = 'Build',

    # Passed on to dotnet, or after Bench to the benchmarks.
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Rest = @()
)

switch ($Task) {
    'Build' { dotnet build "$PSScriptRoot/Ssgan.sln" -c Release @Rest }
    'Test' { dotnet test "$PSScriptRoot/Gan.Tests/Gan.Tests.csproj" -c Release @Rest }
    'Bench' { dotnet run -c Release --project "$PSScriptRoot/Benchmarks/Benchmarks.csproj" -- @Rest }
    'Pack' { dotnet pack "$PSScriptRoot/Ssgan.sln" -c Release -o "$PSScriptRoot/artifacts" @Rest }
    'Publish' {
        dotnet publish "$PSScriptRoot/Gan.Runner/Gan.Runner.csproj" -c Release -p:PublishAot=true `
            -o "$PSScriptRoot/artifacts/ssgan" @Rest
    }
    'Kernels' { dotnet msbuild "$PSScriptRoot/kernels/Kernels.proj" -t:Kernels @Rest }
    'PublicApi' { dotnet run "$PSScriptRoot/packaging/PublicApi.cs" }
    'GpuKit' { dotnet msbuild "$PSScriptRoot/Benchmarks/GpuKit/Package.proj" -t:GpuKit @Rest }
}
exit $LASTEXITCODE
