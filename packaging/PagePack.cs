#nullable enable
using System;
using System.IO;
using System.IO.Compression;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Joins scripts or styles in their order and compresses the whole; a licence among them becomes a comment of it.
/// </summary>
public sealed class PagePack : Task
{
    [Required]
    public ITaskItem[] Sources { get; set; } = Array.Empty<ITaskItem>();

    [Required]
    public string Output { get; set; } = "";

    public override bool Execute()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
        using var to = File.Create(Output);
        using var packed = new GZipStream(to, CompressionLevel.Optimal);
        using var text = new StreamWriter(packed) { NewLine = "\n" };
        foreach (var item in Sources)
        {
            string source = item.GetMetadata("FullPath"), content = File.ReadAllText(source).Replace("\r\n", "\n").TrimEnd();
            text.WriteLine(source.EndsWith(".txt", StringComparison.Ordinal) ? $"/*!\n{content}\n*/" : content);
        }
        return true;
    }
}
