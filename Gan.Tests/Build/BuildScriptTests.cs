using System.Management.Automation.Language;

namespace Ssgan.Tests.Build;

public sealed class BuildScriptTests
{
    static readonly string[] Tasks = ["Build", "Test", "Bench", "Pack", "Publish", "Kernels", "GpuKit", "PublicApi"];

    [Test]
    public void ScriptHasNoParseErrors()
    {
        Parser.ParseFile(Script, out _, out var errors);
        Assert.That(errors.Select(static e => e.ToString()), Is.Empty);
    }

    [Test]
    public void TasksAreTheOnesDocumented()
    {
        var task = Parse().ParamBlock.Parameters.Single(static p => p.Name.VariablePath.UserPath == "Task");
        var set = task.Attributes.OfType<AttributeAst>().Single(static a => a.TypeName.Name == "ValidateSet");
        Assert.That(set.PositionalArguments.Cast<StringConstantExpressionAst>().Select(static s => s.Value), Is.EqualTo(Tasks));
        Assert.That(Clauses().Keys, Is.EquivalentTo(Tasks));
    }

    [TestCaseSource(nameof(Tasks))]
    public void TaskIsOneDotnetCallOnAnExistingFile(string task)
    {
        var call = (CommandAst)((PipelineAst)Clauses()[task].Statements.Single()).PipelineElements.Single();
        Assert.That(call.GetCommandName(), Is.EqualTo("dotnet"));
        var files = call.CommandElements.OfType<ExpandableStringExpressionAst>().Select(static e => e.Value)
            .Where(static v => Path.HasExtension(v))
            .Select(static v => v.Replace("$PSScriptRoot", Root, StringComparison.Ordinal)).ToList();
        Assert.That(files, Has.Count.EqualTo(1));
        Assert.That(files[0], Does.Exist);
    }

    [TestCase("Kernels", "kernels/Kernels.proj")]
    [TestCase("GpuKit", "Benchmarks/GpuKit/Package.proj")]
    public void TargetExists(string name, string file)
    {
        var project = System.Xml.Linq.XDocument.Load(Path.Combine(Root, file));
        Assert.That(project.Root!.Elements("Target").Select(static t => (string?)t.Attribute("Name")), Does.Contain(name));
        Assert.That(Clauses()[name].ToString(), Does.Contain($"-t:{name} "));
    }

    static string Root { get; } = FindRoot();

    static string Script => Path.Combine(Root, "build.ps1");

    static ScriptBlockAst Parse() => Parser.ParseFile(Script, out _, out _);

    static Dictionary<string, StatementBlockAst> Clauses()
    {
        var choice = (SwitchStatementAst)Parse().Find(static a => a is SwitchStatementAst, searchNestedScriptBlocks: true);
        return choice.Clauses.ToDictionary(static c => ((StringConstantExpressionAst)c.Item1).Value, static c => c.Item2);
    }

    static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Ssgan.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The repository's root was not found above the tests.");
    }
}
