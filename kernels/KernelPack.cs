#nullable enable
using System;
using System.IO;
using System.IO.Compression;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Compresses each x.ptx to x.ptx.gz: PTX is text that shrinks to a sixth of itself, and a program should not carry five
/// megabytes of it.
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
            using var from = File.OpenRead(source);
            using var to = File.Create(Path.Combine(OutputFolder, Path.GetFileName(source) + ".gz"));
            using var packed = new GZipStream(to, CompressionLevel.Optimal);
            from.CopyTo(packed);
        }
        return true;
    }
}
