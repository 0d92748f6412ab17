using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda.Launch;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Build;

/// <summary>The committed PTX belongs to today's sources, and holds what the launches ask for.</summary>
sealed partial class KernelFilesTests
{
    static IEnumerable<string> Sources => Stems("", "*.cu");

    static IEnumerable<KernelFamily> Families =>
        typeof(KernelFamily).Assembly.GetTypes().SelectMany(Closed).SelectMany(static t =>
            t.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
                .Where(static f => f.FieldType == typeof(KernelFamily)))
        .Select(static f => (KernelFamily)f.GetValue(null)!);

    [TestCaseSource(nameof(Sources))]
    public void Ptx_is_made_from_the_sources_as_they_are(string stem)
    {
        string file = RepoRoot.At("kernels", "ptx", stem + ".ptx");
        Assert.That(file, Does.Exist);
        string recorded = RecordedHash().Match(File.ReadAllText(file)).Groups[1].Value;
        Assert.That(recorded, Is.EqualTo(Hash(stem + ".cu")),
            $"kernels/ptx/{stem}.ptx is older than its sources; run build.ps1 -Task Kernels.");
    }

    /// <summary>MSBuild compiles the tasks by themselves, when kernels are built: nothing else would tell.</summary>
    [TestCase("KernelBuild")]
    [TestCase("KernelPack")]
    public void A_build_task_knows_no_namespace_of_ours(string task) =>
        Assert.That(File.ReadAllText(RepoRoot.At("kernels", task + ".cs")), Does.Not.Contain("using Ssgan"));

    [Test]
    public void Each_ptx_has_a_source() => Assert.That(Stems("ptx", "*.ptx"), Is.SubsetOf(Sources.ToArray()));

    [TestCaseSource(nameof(Sources))]
    public void Ptx_is_embedded_as_committed_without_comments(string stem)
    {
        byte[]? embedded = KernelCache.Embedded(stem);
        Assert.That(embedded, Is.Not.Null);
        var code = File.ReadLines(RepoRoot.At("kernels", "ptx", stem + ".ptx")).Select(static l => l.Split("//")[0].TrimEnd())
            .Where(static l => l.Length > 0);
        Assert.That(Encoding.UTF8.GetString(embedded), Is.EqualTo(string.Join('\n', code) + "\n\0"));
    }

    [Test]
    public void Each_kernel_that_is_launched_is_in_its_file()
    {
        var missing = Families.Where(static f => !Enum.GetValues<DType>().Any(type => EntriesOf(f.Stem).Contains(f.Entry(type))));
        Assert.That(missing.Select(static f => $"{f.Name} of kernels/{f.Stem}.ptx"), Is.Empty);
    }

    /// <summary>A type, or a generic one over each functor that it may be given.</summary>
    static IEnumerable<Type> Closed(Type type)
    {
        if (!type.ContainsGenericParameters) return [type];
        if (type.GetGenericArguments() is not [var parameter]) return [];
        var functors = parameter.GetGenericParameterConstraints()
            .Where(static c => c.Namespace == typeof(IUnary).Namespace && c.IsInterface).ToArray();
        if (functors.Length == 0) return [];
        return type.Assembly.GetTypes().Where(t => t.IsValueType && functors.All(f => f.IsAssignableFrom(t)))
            .Select(t => type.MakeGenericType(t));
    }

    static readonly Dictionary<string, HashSet<string>> s_entries = [];

    static HashSet<string> EntriesOf(string stem)
    {
        if (s_entries.TryGetValue(stem, out var entries)) return entries;
        string file = RepoRoot.At("kernels", "ptx", stem + ".ptx");
        return s_entries[stem] = File.Exists(file)
            ? [.. Entry().Matches(File.ReadAllText(file)).Select(static m => m.Groups[1].Value)] : [];
    }

    static string[] Stems(string folder, string pattern) =>
        [.. Directory.GetFiles(RepoRoot.At("kernels", folder), pattern)
            .Select(static f => Path.GetFileNameWithoutExtension(f)).Order()];

    /// <summary>The source, then what it includes, each file once in the order of first inclusion.</summary>
    static string Hash(string source)
    {
        List<string> files = [source];
        var text = new StringBuilder();
        for (int i = 0; i < files.Count; i++)
        {
            string content = File.ReadAllText(RepoRoot.At("kernels", files[i])).ReplaceLineEndings("\n");
            text.Append(content);
            files.AddRange(Include().Matches(content).Select(static m => m.Groups[1].Value).Where(f => !files.Contains(f)));
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    [GeneratedRegex("^// sources: sha256 ([0-9a-f]{64})$", RegexOptions.Multiline)]
    private static partial Regex RecordedHash();

    [GeneratedRegex("^#include \"(.+)\"$", RegexOptions.Multiline)]
    private static partial Regex Include();

    [GeneratedRegex(@"\.entry (\w+)\(")]
    private static partial Regex Entry();
}
