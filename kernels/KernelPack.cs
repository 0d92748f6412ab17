#nullable enable
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Compresses each x.ptx to x.ptx.gz, without comments: PTX is text that shrinks to a tenth of itself, and a program should not
/// carry seven megabytes of it. Registers are numbered as they are made, so that most are near the one before: each number is
/// written as the difference from the last of its kind ("%f12" behind "%f10" as "%f2_"), which saves a quarter of what is left.
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
            var last = new Dictionary<string, int>();
            foreach (string line in File.ReadLines(source))
            {
                int comment = line.IndexOf("//", StringComparison.Ordinal);
                string code = (comment < 0 ? line : line.Substring(0, comment)).TrimEnd();
                if (code.Length > 0) text.WriteLine(Register.Replace(code, m => Difference(m, last)));
            }
        }
        return true;
    }

    static readonly Regex Register = new Regex(@"%([a-z]+)([0-9]+)\b");

    static string Difference(Match register, Dictionary<string, int> last)
    {
        string kind = register.Groups[1].Value;
        int number = int.Parse(register.Groups[2].Value, CultureInfo.InvariantCulture);
        last.TryGetValue(kind, out int before);
        last[kind] = number;
        return string.Format(CultureInfo.InvariantCulture, "%{0}{1}_", kind, number - before);
    }
}
