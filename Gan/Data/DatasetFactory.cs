namespace Ssgan.Gan.Data;

/// <summary>Opens a dataset by its name or its place.</summary>
public static class DatasetFactory
{
    /// <summary>What <see cref="Open"/> accepts, for messages and help texts.</summary>
    public const string Accepted =
        "shapes, cifar10, cifar100, stl10, a folder of images, or a folder or .tar.gz file of a CIFAR or STL-10 binary version";

    /// <summary>
    /// Opens a set at a size: nothing or "shapes" for the procedural set; "cifar10", "cifar100" or "stl10" from the data
    /// directory, downloaded if need be; otherwise a folder or a .tar.gz file, whose kind shows in its contents. Images of
    /// another size are resized.
    /// </summary>
    /// <exception cref="ArgumentException">The size is outside what the set allows.</exception>
    /// <exception cref="DatasetException">There is no such set, or it is missing, damaged or unreadable.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IImageSource Open(string? nameOrPath, int size, DataOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrEmpty(nameOrPath) || nameOrPath == "shapes") return new ShapesSource(size, options.ShapesSeed);
        try
        {
            switch (nameOrPath)
            {
                case "cifar10": return OpenCifar(CifarFormat.Cifar10, size, options, cancellation);
                case "cifar100": return OpenCifar(CifarFormat.Cifar100, size, options, cancellation);
                case "stl10": return OpenStl10(size, options, cancellation);
            }
            if (Directory.Exists(nameOrPath)) return OpenFolder(nameOrPath, size, options, cancellation);
            if (File.Exists(nameOrPath)) return OpenArchive(nameOrPath, size, options, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The dataset {nameOrPath} cannot be read: {e.Message}", e);
        }
        // U+FFFD stands for bytes that are no text, and .NET opens no path that holds such.
        if (Path.GetFullPath(nameOrPath).Contains('\uFFFD'))
            throw new DatasetException(
                $"The folder {Path.GetFullPath(nameOrPath)} is not named in UTF-8 and cannot be opened; rename it.");
        throw new DatasetException($"There is no dataset \"{nameOrPath}\": give {Accepted}.");
    }

    static CifarSource OpenCifar(CifarFormat format, int size, DataOptions options, CancellationToken cancellation)
    {
        if (format.FindIn(options.DataDirectory) is string folder)
            return CifarSource.FromFolder(folder, format, size, options, cancellation);
        string archive = DatasetDownload.Find(format.Archive, options, cancellation);
        return CifarSource.FromArchive(archive, format, size, options, cancellation);
    }

    static Stl10Source OpenStl10(int size, DataOptions options, CancellationToken cancellation)
    {
        if (Stl10Source.FindIn(options.DataDirectory) is string file)
            return Stl10Source.FromFile(file, size, options, cancellation);
        return Stl10Source.FromArchive(DatasetDownload.Find(Stl10Source.Archive, options, cancellation),
            size, options, cancellation);
    }

    static IImageSource OpenFolder(string folder, int size, DataOptions options, CancellationToken cancellation)
    {
        foreach (CifarFormat format in CifarFormat.All)
            if (format.FindIn(folder) is string found) return CifarSource.FromFolder(found, format, size, options, cancellation);
        if (Stl10Source.FindIn(folder) is string file) return Stl10Source.FromFile(file, size, options, cancellation);
        return FolderSource.Open(folder, size, options, cancellation);
    }

    static IImageSource OpenArchive(string path, int size, DataOptions options, CancellationToken cancellation)
    {
        if (!path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase)
            && !path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase))
        {
            throw new DatasetException(OtherVersion.Of(path) is string version ? $"{path} is from {version}"
                : $"The file {path} is no dataset: give {Accepted}.");
        }
        using (TarGz tar = TarGz.Open(path, Stl10Source.MaxUnpackedBytes))
        {
            // The kind shows in the first names; an archive of anything else is not worth unpacking to its end.
            for (int entries = 0; entries < 32 && tar.Next(); entries++)
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (CifarFormat format in CifarFormat.All)
                    if (format.Owns(tar.Name)) return CifarSource.FromArchive(path, format, size, options, cancellation);
                if (Stl10Source.Owns(tar.Name)) return Stl10Source.FromArchive(path, size, options, cancellation);
                if (OtherVersion.Of(tar.Name) is string other) throw new DatasetException($"{path} holds {other}");
            }
        }
        throw new DatasetException($"The archive {path} holds neither a CIFAR nor an STL-10 binary version.");
    }
}
