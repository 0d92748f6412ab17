using System.Reflection;
using System.Text.RegularExpressions;
using Mono.Cecil;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Conformance;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Conformance;

/// <summary>
/// What the table leaves out would be tested nowhere: every functor and every primitive is in it, and no primitive is there for
/// its test alone. (That every kernel is launched, <see cref="EmulatedCudaConformanceTests"/> sees.)
/// </summary>
sealed class TableCoverageTests
{
    /// <summary>What is asked of a device and what moves its memory is no computation.</summary>
    static readonly string[] s_lifetime = ["Allocate", "Free", "Upload", "Download", "Synchronize", "Dispose",
        "ComputesIn", "Describe", "WhyNot", "Use", "CreateStagedUploads", "OpenCollectives"];

    /// <summary>The members of the page that the cases' code calls.</summary>
    static readonly Lazy<IReadOnlySet<string>> s_inTheTable = new(static () =>
    {
        using var module = ModuleDefinition.ReadModule(typeof(ConformanceTable).Assembly.Location);
        return module.GetTypes().Where(static t => Outermost(t).Namespace == typeof(ConformanceTable).Namespace)
            .SelectMany(static t => t.Methods).Where(static m => m.HasBody).SelectMany(static m => m.Body.Instructions)
            .Select(static i => i.Operand).OfType<MethodReference>()
            .Where(static m => m.DeclaringType.FullName == typeof(Backend).FullName).Select(static m => m.Name).ToHashSet();
    });

    readonly HashSet<string> _called = [];

    [OneTimeSetUp]
    public void Run()
    {
        using var backend = new RecordingBackend();
        foreach (var row in ConformanceTable.All) Assert.That(row.SameBits(backend, backend), Is.Null, $"{row}");
        _called.UnionWith(backend.Calls);
    }

    static TypeDefinition Outermost(TypeDefinition type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type;
    }

    static IEnumerable<string> Primitives => typeof(Backend).GetMethods(BindingFlags.Instance | BindingFlags.Public
        | BindingFlags.DeclaredOnly).Where(static m => m.IsVirtual && !m.IsSpecialName && !s_lifetime.Contains(m.Name))
        .Select(static m => m.Name).Distinct();

    static IEnumerable<Type> Functors => typeof(Backend).Assembly.GetTypes().Where(static t => t.IsValueType
        && (typeof(IUnary).IsAssignableFrom(t) || typeof(IBinary).IsAssignableFrom(t) || typeof(IReduce).IsAssignableFrom(t)));

    [TestCaseSource(nameof(Functors))]
    public void Every_functor_is_in_the_table(Type functor) =>
        Assert.That(_called,
            Does.Contain(functor.GetProperty("Name", BindingFlags.Static | BindingFlags.Public)!.GetValue(null)));

    [TestCaseSource(nameof(Primitives))]
    public void Every_primitive_is_in_the_table(string primitive) => Assert.That(s_inTheTable.Value, Does.Contain(primitive));

    [TestCaseSource(nameof(Primitives))]
    public void Every_primitive_has_a_caller(string primitive)
    {
        var sources = new[] { "Engine", "Gan" }.SelectMany(static folder =>
            Directory.GetFiles(RepoRoot.At(folder), "*.cs", SearchOption.AllDirectories));
        Assert.That(sources.Any(f => Regex.IsMatch(File.ReadAllText(f), $@"\bBackend\.{primitive}\b")));
    }
}
