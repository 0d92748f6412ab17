namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>
/// A module's PTX cut down to one entry point. The driver assembles whole modules, and of the 68 kernels of elementwise.ptx a
/// training run launches 13; so each kernel that is launched becomes a module of its own.
/// </summary>
static class PtxExcerpt
{
    /// <summary>The NUL-terminated text with one entry point only and no comments or blank lines, or null where it is not
    /// among them. What stands outside entry points (version, target, shared arrays, functions) all stays, for the entry may
    /// use it.</summary>
    /// <param name="ptx">PTX as compilers write it: an entry point's body begins and ends with a brace at the start of a line of
    /// its own.</param>
    /// <param name="entry">Name of the entry point.</param>
    public static byte[]? Of(ReadOnlySpan<byte> ptx, ReadOnlySpan<byte> entry)
    {
        var kept = new MemoryStream();
        bool inside = false, wanted = false, found = false;
        foreach (var range in ptx.TrimEnd((byte)0).Split((byte)'\n'))
        {
            var line = ptx[range];
            if (!inside && NameOf(line) is { IsEmpty: false } name)
            {
                inside = true;
                wanted = name.SequenceEqual(entry);
                found |= wanted;
            }
            var code = line.TrimStart(" \t"u8);
            if ((!inside || wanted) && !code.IsEmpty && !code.StartsWith("//"u8))
            {
                kept.Write(line);
                kept.WriteByte((byte)'\n');
            }
            if (line.StartsWith("}"u8)) inside = false;
        }
        if (!found) return null;
        kept.WriteByte(0);
        return kept.ToArray();
    }

    /// <summary>The entry point that a line declares, or nothing.</summary>
    static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> line)
    {
        var declaration = ".visible .entry "u8;
        if (!line.StartsWith(declaration)) return default;
        var name = line[declaration.Length..];
        return name[..name.IndexOf((byte)'(')];
    }
}
