#nullable enable
using System;
using System.IO;
using System.IO.Compression;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Compresses each x.ptx to x.ptx.gz, without comments: PTX is text that shrinks to an eighth of itself, and a program should not
/// carry seven megabytes of it.
/// </summary>
public sealed class KernelPack : Task
{
    [Required]
    public ITaskItem[] Sources { get; set; } = Array.Empty<ITaskItem>();

    [Required]
    public string OutputFolder { get; set; } = "";

    public override bool Execute()
    {
        Directory.CreateDirectory(OutputFolder);
        foreach (var item in Sources)
        {
            string source = item.GetMetadata("FullPath");
            using var to = File.Create(Path.Combine(OutputFolder, Path.GetFileName(source) + ".gz"));
            using var packed = new GZipStream(to, CompressionLevel.Optimal);
            using var text = new StreamWriter(packed) { NewLine = "\n" };
            foreach (string line in File.ReadLines(source))
            {
                int comment = line.IndexOf("//", StringComparison.Ordinal);
                string code = (comment < 0 ? line : line.Substring(0, comment)).TrimEnd();
                if (code.Length > 0) text.WriteLine(code);
            }
        }
        return true;
    }
}
