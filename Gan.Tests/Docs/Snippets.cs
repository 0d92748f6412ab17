using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Docs;

/// <summary>
/// The C# of a page, compiled as a user would who copies it: a block without statements is a file of its own, all others are one
/// program from the first to the last, with the usings that projects have by themselves.
/// </summary>
static class Snippets
{
    const string Implicit = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    static readonly CSharpParseOptions s_parse = new(LanguageVersion.Latest);

    static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>A page's program; what is wrong with it has the page's name and line.</summary>
    /// <param name="page">Path below the repository's root.</param>
    public static CSharpCompilation Compile(string page)
    {
        List<SyntaxTree> trees = [CSharpSyntaxTree.ParseText(Implicit, s_parse)];
        StringBuilder usings = new(), statements = new();
        foreach (var (line, code) in Blocks(page))
        {
            string mapped = $"#line {line} \"{page}\"\n{code}\n";
            var root = CSharpSyntaxTree.ParseText(mapped, s_parse).GetCompilationUnitRoot();
            if (!root.Members.Any(static m => m is GlobalStatementSyntax))
            {
                trees.Add(root.SyntaxTree);
                continue;
            }
            // The later blocks' usings go to the front, where the language wants them.
            int body = root.Usings.Count == 0 ? mapped.IndexOf('\n') + 1 : root.Usings.FullSpan.End;
            usings.Append(mapped.AsSpan(0, body));
            statements.Append($"#line {line + mapped.AsSpan(0, body).Count('\n') - 1} \"{page}\"\n{mapped[body..]}");
        }
        trees.Add(CSharpSyntaxTree.ParseText(usings.Append(statements).ToString(), s_parse));
        return CSharpCompilation.Create("Snippets", trees, s_references,
            new(statements.Length > 0 ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>What is wrong with a program, a line each.</summary>
    public static IEnumerable<string> Errors(CSharpCompilation program) => program.GetDiagnostics()
        .Where(static d => d.Severity == DiagnosticSeverity.Error)
        .Select(static d => $"{d.Location.GetMappedLineSpan().Path}:{d.Location.GetMappedLineSpan().StartLinePosition.Line + 1}: "
            + d.GetMessage());

    /// <summary>Runs a program to its end in the current directory; what it printed.</summary>
    public static string Run(CSharpCompilation program)
    {
        using var assembly = new MemoryStream();
        Assert.That(program.Emit(assembly).Success);
        assembly.Position = 0;
        var context = new AssemblyLoadContext("Snippets", isCollectible: true);
        var before = Console.Out;
        using var printed = new StringWriter();
        try
        {
            Console.SetOut(printed);
            var main = context.LoadFromStream(assembly).EntryPoint!;
            (main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [Array.Empty<string>()], null) as Task)?.Wait();
        }
        finally
        {
            Console.SetOut(before);
            context.Unload();
        }
        return printed.ToString();
    }

    /// <summary>The blocks of C# on a page, each with the line on which its code begins.</summary>
    static IEnumerable<(int Line, string Code)> Blocks(string page)
    {
        var code = new StringBuilder();
        int begin = 0, line = 0;
        foreach (string text in File.ReadLines(RepoRoot.At(page.Split('/'))))
        {
            line++;
            if (begin == 0 && text.Trim() == "```csharp") begin = line + 1;
            else if (begin > 0 && text.Trim() == "```")
            {
                yield return (begin, code.ToString());
                code.Clear();
                begin = 0;
            }
            else if (begin > 0) code.Append(text).Append('\n');
        }
    }
}
