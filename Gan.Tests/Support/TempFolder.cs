namespace Ssgan.Tests.Support;

/// <summary>A folder of a test's own, removed with everything in it.</summary>
sealed class TempFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("ssgan-test-").FullName;

    public string this[string relative] => Path.Combine(Root, relative);

    public string Write(string relative, byte[] bytes)
    {
        string path = this[relative];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
