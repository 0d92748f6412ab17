using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Serialization;

/// <summary>The SHA-256 of files, and whether it is the one that was published.</summary>
public static class Sha256File
{
    /// <summary>The SHA-256 of a file of any size, as 64 hexadecimal digits in lower case.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
        return Convert.ToHexStringLower(Sha256.HashData(stream));
    }

    /// <summary>Sees that a file is the one that was published.</summary>
    /// <param name="path">The file.</param>
    /// <param name="prefix">
    /// What its SHA-256 begins with, in lower case; null takes it from the name, where torch.hub has it: behind the last hyphen,
    /// as in "inception-6726825d.pth".
    /// </param>
    /// <returns>The whole SHA-256, as of <see cref="Of"/>.</returns>
    /// <exception cref="ArgumentException">There is no prefix, or one that no hash begins with.</exception>
    /// <exception cref="TensorFileException">It is another file, or cut off.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string Check(string path, string? prefix = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = Path.GetFileNameWithoutExtension(path);
        prefix ??= name[(name.LastIndexOf('-') + 1)..];
        if (prefix.Length is 0 or > 64 || !prefix.All(char.IsAsciiHexDigitLower))
            throw new ArgumentException($"'{prefix}', for {path}, is nothing that a SHA-256 in lower-case hex begins with.",
                nameof(prefix));
        string hash = Of(path);
        return hash.StartsWith(prefix, StringComparison.Ordinal) ? hash : throw TensorFileException.File(path,
            $"its SHA-256 is {hash}, and should begin with {prefix}; the file is another one, or was not fetched whole");
    }
}
