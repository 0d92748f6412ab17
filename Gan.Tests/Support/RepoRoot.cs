namespace Ssgan.Tests.Support;

/// <summary>The source tree that the tests were built from.</summary>
static class RepoRoot
{
    /// <summary>The nearest directory above the test assembly that holds the solution.</summary>
    public static string Path { get; } = Find();

    /// <summary>A path below it.</summary>
    public static string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    static string Find()
    {
        for (string? at = TestContext.CurrentContext.TestDirectory; at is not null; at = System.IO.Path.GetDirectoryName(at))
        {
            if (File.Exists(System.IO.Path.Combine(at, "Ssgan.sln"))) return at;
        }
        throw new DirectoryNotFoundException($"No Ssgan.sln lies above {TestContext.CurrentContext.TestDirectory}.");
    }
}
