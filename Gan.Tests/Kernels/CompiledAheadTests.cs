using System.Xml.Linq;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Kernels;

/// <summary>What a program compiled ahead is told of its vectors, and which kernels it may leave out.</summary>
sealed class CompiledAheadTests
{
    [TestCase(128, 256, "x86-64-v3")]
    [TestCase(128, 512, "x86-64-v4")]
    [TestCase(256, 512, "x86-64-v4")]
    public void Vectors_that_are_left_unused_are_told_with_the_property_that_uses_them(int compiled, int processor, string set) =>
        Assert.That(CompiledAhead.Sentence(compiled, processor), Does.Contain($"{compiled}-bit vectors")
            .And.Contain($"{processor}-bit ones").And.Contain($"the property IlcInstructionSet set to {set} "));

    [TestCase(512, 512)]
    [TestCase(256, 256)]
    [TestCase(128, 0)]
    public void Vectors_as_wide_as_the_processors_are_nothing_to_tell(int compiled, int processor) =>
        Assert.That(CompiledAhead.Sentence(compiled, processor), Is.Null);

    /// <summary>The JIT looks at the processor itself.</summary>
    [Test]
    public void A_program_that_the_JIT_compiles_is_told_nothing()
    {
        using var cpu = new CpuBackend(1);
        Assert.That(cpu.Notices, Is.Empty);
    }

    [Test]
    public void Without_the_GPU_all_kernels_are_left_out()
    {
        Assert.That(CudaBackend.IsIncluded, "They are left out only where a project asks for that.");
        var assembly = typeof(CudaBackend).Assembly;
        using var text = assembly.GetManifestResourceStream("ILLink.Substitutions.xml");
        var cut = XDocument.Load(text!).Root!.Elements().Single();
        Assert.That(cut.Attributes().Select(static a => (a.Name.LocalName, a.Value)), Is.EquivalentTo(new[]
            { ("fullname", assembly.GetName().Name!), ("feature", "Ssgan.Cuda"), ("featurevalue", "false") }));
        Assert.That(cut.Elements("resource").Where(static r => (string?)r.Attribute("action") == "remove")
                .Select(static r => (string?)r.Attribute("name")),
            Is.EquivalentTo(assembly.GetManifestResourceNames().Where(static n => n.StartsWith("kernels/"))).And.Not.Empty);
        // The same switch is what the property of a user's project sets.
        var targets = XDocument.Load(RepoRoot.At("Engine.Kernels", "buildTransitive", "Ssgan.Engine.Kernels.targets"));
        var option = targets.Descendants("RuntimeHostConfigurationOption").Single();
        Assert.That(option.Attributes().Select(static a => (a.Name.LocalName, a.Value)), Is.EquivalentTo(new[]
            { ("Include", "Ssgan.Cuda"), ("Value", "$(SsganCuda)"), ("Trim", "true") }));
    }
}
