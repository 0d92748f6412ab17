#!/usr/bin/env bash
# UCX, which Debian's MPICH is built on and Open MPI uses on InfiniBand, takes the signals of errors for itself as soon as it is
# loaded. .NET makes NullReferenceException of SIGSEGV: with UCX's handler in its place a null reference that a program catches
# ends the program. UCX_ERROR_SIGNALS= (empty) leaves the signals alone, and so does who puts the handlers back.
#
# Needs the .NET SDK 10 and apt-get install mpich (4.0.2 of Debian 12, with UCX 1.13). Exits with 0 while it is as described, with
# 1 otherwise.
# Output seen on Debian 12, x64:
#   MPICH Version: 4.0.2
#   without the library: caught
#   with libmpich.so.12 loaded: ended by signal 6
#   with it loaded, and UCX_ERROR_SIGNALS=: caught
#   as described
set -euo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
    <InvariantGlobalization>true</InvariantGlobalization>
  </PropertyGroup>
</Project>
PROJECT
cat > Program.cs <<'PROGRAM'
using System;
using System.Runtime.InteropServices;
using System.Text;

if (args[0] != "without") Native.Load(args[0] == "version");
if (args[0] == "version") return;
string? nothing = Environment.GetEnvironmentVariable("NO_SUCH_VARIABLE");
try
{
    Console.WriteLine(nothing!.Length);
}
catch (NullReferenceException)
{
    Console.WriteLine("caught");
}

static unsafe class Native
{
    public static void Load(bool print)
    {
        nint mpi = NativeLibrary.Load("libmpich.so.12");
        if (!print) return;
        byte* text = stackalloc byte[8192];
        int length;
        ((delegate* unmanaged<byte*, int*, int>)NativeLibrary.GetExport(mpi, "MPI_Get_library_version"))(text, &length);
        Console.WriteLine(Encoding.UTF8.GetString(text, length).Split('\n')[0].Replace("\t", " "));
    }
}
PROGRAM
dotnet build -c Release -v q --nologo -o built >/dev/null

# ran ARGUMENTS: the last word of what the program printed, or the signal that ended it.
ran() {
    local code=0 printed
    printed=$(dotnet built/finding.dll "$@" 2>/dev/null) || code=$?
    if [ "$code" -gt 128 ]; then echo "ended by signal $((code - 128))"; else echo "$printed" | tail -n 1; fi
}
ran version
without=$(ran without) with=$(ran with) left=$(UCX_ERROR_SIGNALS='' ran with)
echo "without the library: $without"
echo "with libmpich.so.12 loaded: $with"
echo "with it loaded, and UCX_ERROR_SIGNALS=: $left"
if [ "$without" = caught ] && [[ "$with" == "ended by signal"* ]] && [ "$left" = caught ]; then
    echo "as described"
else
    echo "otherwise than described"
    exit 1
fi
