using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

#nullable enable

/// <summary>
/// Compiles each kernels/x.cu to ptx/x.ptx with clang, and writes above the code what it was made from: a hash of the sources,
/// the command, the compiler's version. MSBuild compiles this file itself (Kernels.proj), so that the build needs no shell and no
/// project of its own.
/// </summary>
public sealed class KernelBuild : Task
{
    [Required]
    public ITaskItem[] Sources { get; set; } = Array.Empty<ITaskItem>();

    [Required]
    public string OutputFolder { get; set; } = "";

    [Required]
    public string Compiler { get; set; } = "";

    public override bool Execute()
    {
        Directory.CreateDirectory(OutputFolder);
        if (Run(Compiler, "--version", ".") is not { } about) return false;
        string version = about.Split('\n')[0].Trim();
        foreach (var item in Sources)
        {
            string source = item.GetMetadata("FullPath"), stem = Path.GetFileNameWithoutExtension(source);
            string ptx = Path.Combine(OutputFolder, stem + ".ptx"), header = Header(source, stem, version);
            if (File.Exists(ptx) && File.ReadAllText(ptx).StartsWith(header, StringComparison.Ordinal)) continue;
            if (Run(Compiler, Arguments(stem), Path.GetDirectoryName(source)!)?.Replace("\r\n", "\n") is not { } code
                || !Check(stem, code))
                continue;
            File.WriteAllText(ptx, header + code);
            Log.LogMessage(MessageImportance.High, "kernels/ptx/" + stem + ".ptx");
        }
        return !Log.HasLoggedErrors;
    }

    /// <summary>
    /// sm_75 is the oldest target, and its code runs on everything newer; x_sm80.cu holds what needs sm_80. The PTX version is
    /// the lowest that knows the target, for the widest range of drivers. No contraction: see common.cuh.
    /// </summary>
    static string Arguments(string stem) =>
        "-x cuda --cuda-device-only --cuda-gpu-arch=" + (Ampere(stem) ? "sm_80" : "sm_75")
            + " -nocudainc -nocudalib -Xclang -target-feature -Xclang "
        + (Ampere(stem) ? "+ptx71" : "+ptx70") + " -std=c++20 -O3 -ffp-contract=off -Wall -Werror -S " + stem + ".cu -o -";

    static bool Ampere(string stem) => stem.EndsWith("_sm80", StringComparison.Ordinal);

    string Header(string source, string stem, string version) =>
        "// Made by build.ps1 -Task Kernels. Do not edit.\n// sources: sha256 " + Hash(source) + "\n// command: "
            + Path.GetFileName(Compiler) + " "
        + Arguments(stem) + "\n// compiler: " + version + "\n";

    /// <summary>
    /// SHA-256 over the source and the files that it includes, each once, in the order of their first inclusion,
    /// with \n line ends.
    /// </summary>
    static string Hash(string source)
    {
        var files = new List<string> { source };
        var text = new StringBuilder();
        for (int i = 0; i < files.Count; i++)
        {
            string content = File.ReadAllText(files[i]).Replace("\r\n", "\n");
            text.Append(content);
            foreach (Match include in Regex.Matches(content, "^#include \"(.+)\"$", RegexOptions.Multiline))
            {
                string file = Path.Combine(Path.GetDirectoryName(source)!, include.Groups[1].Value);
                if (!files.Contains(file)) files.Add(file);
            }
        }
        using var sha = SHA256.Create();
        return BitConverter.ToString(sha.ComputeHash(Encoding.UTF8.GetBytes(text.ToString())))
            .Replace("-", "").ToLowerInvariant();
    }

    /// <summary>
    /// Clang takes an unknown PTX version for 6.3 without a word, and leaves a library call that it cannot inline unresolved.
    /// </summary>
    bool Check(string stem, string code)
    {
        string version = Ampere(stem) ? "7.1" : "7.0";
        if (!code.Contains("\n.version " + version + "\n"))
        {
            Log.LogError("{0}.cu: the compiler did not write PTX {1}.", stem, version);
            return false;
        }
        if (!code.Contains(".extern .func")) return true;
        Log.LogError("{0}.cu: the code calls a library function, which nothing would resolve: see .extern .func in the PTX.",
            stem);
        return false;
    }

    /// <summary>A program's output, or null once its failure is logged.</summary>
    string? Run(string program, string arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == 0) return output;
        Log.LogError("{0} {1} failed: {2}", program, arguments, errors.Result);
        return null;
    }
}
