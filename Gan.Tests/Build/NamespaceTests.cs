using System.Reflection;
using System.Text.RegularExpressions;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Runner;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Build;

/// <summary>Dependencies go one way: between assemblies, and between the namespaces of each.</summary>
sealed partial class NamespaceTests
{
    /// <summary>The assemblies, each with those below it.</summary>
    static readonly Assembly[] Layers =
        [typeof(Backend).Assembly, typeof(Tensor).Assembly, typeof(Gan.Losses.Hinge).Assembly, typeof(Cli).Assembly];

    /// <summary>The folders of the assemblies' sources, and the namespace of their roots.</summary>
    static readonly (string Folder, string Namespace)[] Roots =
    [
        ("Engine.Kernels", "Ssgan.Engine.Kernels"), ("Engine", "Ssgan.Engine"), ("Gan", "Ssgan.Gan"),
        ("Gan.Runner", "Ssgan.Runner"), ("Emulator", "Ssgan.Emulator"),
        ("Testing", "Ssgan.Testing"), ("Gan.Tests", "Ssgan.Tests"),
        ("Benchmarks", "Ssgan.Benchmarks"), ("RankProbe", "Ssgan.RankProbe"), ("Endurance", "Ssgan.Endurance"),
        ("Fuzzing", "Ssgan.Fuzzing"),
    ];

    /// <summary>Files and folders that are elsewhere, and why.</summary>
    static readonly (string Path, string Namespace, string Why)[] Exceptions =
    [
        ("Engine/Autograd/", "Ssgan.Engine", "parts of Tensor, and the graph behind it"),
        ("Engine/Ops/", "Ssgan.Engine", "parts of Tensor"),
        ("Engine.Kernels/Functors/", "Ssgan.Engine.Kernels", "arguments of the primitives"),
        ("Engine.Kernels/Composed/", "Ssgan.Engine.Kernels", "the fused half of Backend's page"),
        ("Engine/Serialization/Safetensors/", "Ssgan.Engine.Serialization", "one format, of which a reader names all parts"),
        ("Gan/Algorithms/", "Ssgan.Gan.Algorithms", "one catalog; and a namespace Ssgan would hide the root"),
        ("Gan/Training/Hooks/", "Ssgan.Gan.Training", "what a trainer does beside training, in its own words"),
        ("Emulator/", "Ssgan.Emulator", "one device, whose parts know each other"),
        ("Benchmarks/peers/torchsharp/", "Ssgan.Benchmarks.Peers", "a program of its own"),
        ("Gan.Tests/Autograd/", "Ssgan.Tests.Graphs", "a namespace Autograd would hide the class"),
        ("Gan.Tests/Docs/LsganStep.cs", "CustomGan", "a user's code"),
    ];

    [TestCaseSource(nameof(Layers))]
    public void No_namespace_uses_itself_by_way_of_others(Assembly assembly)
    {
        var uses = AssemblyUses.Of(assembly);
        var spaces = assembly.GetTypes().Select(static t => t.Namespace).OfType<string>().ToHashSet();
        var inner = uses.Where(u => spaces.Contains(u.To)).ToLookup(static u => u.From);
        var reach = spaces.ToDictionary(static s => s, s => Reach(s, inner));
        var cycles = inner.SelectMany(static g => g).Where(u => reach[u.To].Contains(u.From))
            .GroupBy(static u => (u.From, u.To))
            .Select(static g => $"{g.Key.From} -> {g.Key.To}: {string.Join("; ", g.Take(12))}");
        Assert.That(cycles, Is.Empty);
    }

    static HashSet<string> Reach(string space, ILookup<string, Use> uses)
    {
        var (reached, open) = (new HashSet<string>(), new Stack<string>([space]));
        while (open.TryPop(out string? next))
        {
            foreach (var use in uses[next])
                if (reached.Add(use.To)) open.Push(use.To);
        }
        return reached;
    }

    [Test]
    public void Assemblies_use_those_below_them()
    {
        for (int i = 0; i < Layers.Length; i++)
        {
            var below = Layers[..i].Select(static a => a.GetName().Name);
            var used = Layers[i].GetReferencedAssemblies().Select(static a => a.Name).Where(static n =>
                n!.StartsWith("Ssgan.", StringComparison.Ordinal) || Layers.Any(a => a.GetName().Name == n));
            Assert.That(used, Is.SubsetOf(below), Layers[i].GetName().Name);
        }
    }

    /// <summary>What a card can do is asked of its device.</summary>
    [TestCase(2)]
    [TestCase(3)]
    public void The_library_and_the_program_name_nothing_of_Cuda(int layer) =>
        Assert.That(AssemblyUses.Of(Layers[layer]).Where(static u => $"{u.To}.".StartsWith("Ssgan.Engine.Kernels.Cuda.",
            StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void A_files_namespace_is_its_folder()
    {
        var wrong = new List<string>();
        foreach (var (root, space) in Roots)
        {
            foreach (string file in SourceTree.Files(root, "*.cs"))
            {
                if (Declared().Match(File.ReadAllText(file)) is not { Success: true } declared) continue;
                string path = SourceTree.Relative(file), folder = path[root.Length..path.LastIndexOf('/')];
                string expected = Exceptions.FirstOrDefault(e => path.StartsWith(e.Path, StringComparison.Ordinal)).Namespace
                    ?? space + folder.Replace('/', '.');
                if (declared.Groups[1].Value != expected) wrong.Add($"{path} is in {declared.Groups[1].Value}, not {expected}");
            }
        }
        Assert.That(wrong, Is.Empty);
    }

    [GeneratedRegex(@"(?m)^namespace ([\w.]+)[;\s]")]
    private static partial Regex Declared();
}
