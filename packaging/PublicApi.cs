// Writes each library's PublicAPI.Unshipped.txt anew: all public members that PublicAPI.Shipped.txt has not. Run from the root:
// dotnet run packaging/PublicApi.cs
using System.Diagnostics;
using System.Text.Json;

string[] projects =
[
    .. Directory.GetDirectories(".").SelectMany(static folder => Directory.GetFiles(folder, "*.csproj")).Where(static project =>
        File.ReadAllText(project) is var text && text.Contains("<IsPackable>true<") && !text.Contains("<OutputType>Exe<")),
];
foreach (string project in projects)
{
    if (!File.Exists(Of(project, "PublicAPI.Shipped.txt")))
        File.WriteAllText(Of(project, "PublicAPI.Shipped.txt"), "#nullable enable\n");
    File.WriteAllText(Of(project, "PublicAPI.Unshipped.txt"), "#nullable enable\n");
}
foreach (string project in projects)
{
    // What the analyzer misses, it says in the compiler's log, where each member stands as the file wants it.
    using var build = Process.Start("dotnet", ["build", project, "-c", "Release", "-v", "q", "-clp:ErrorsOnly",
        "-p:TreatWarningsAsErrors=false", "-p:ErrorLog=obj/public-api.sarif%2Cversion=2.1"]);
    build.WaitForExit();
    if (build.ExitCode != 0) return build.ExitCode;
}
foreach (string project in projects)
{
    using var log = JsonDocument.Parse(File.ReadAllText(Of(project, "obj/public-api.sarif")));
    string[] members =
    [
        .. log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()
            .Where(static r => r.GetProperty("ruleId").GetString() == "RS0016")
            .Select(static r => r.GetProperty("properties").GetProperty("customProperties").GetProperty("APIName").GetString()!)
            .Distinct().Order(StringComparer.Ordinal),
    ];
    File.WriteAllLines(Of(project, "PublicAPI.Unshipped.txt"), ["#nullable enable", .. members]);
    Console.WriteLine($"{project}: {members.Length} members");
}
return 0;

static string Of(string project, string file) => Path.Combine(Path.GetDirectoryName(project)!, file);
