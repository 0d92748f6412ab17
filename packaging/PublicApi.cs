// Writes each library's PublicAPI.Unshipped.txt anew: all public members that PublicAPI.Shipped.txt has not. Run from the root:
// dotnet run packaging/PublicApi.cs
using System.Diagnostics;
using System.Text.Json;

string[] files = Directory.GetFiles(".", "PublicAPI.Unshipped.txt", new EnumerationOptions
{
    RecurseSubdirectories = true, MaxRecursionDepth = 2,
});
foreach (string file in files) File.WriteAllText(file, "#nullable enable\n");
foreach (string file in files)
{
    string folder = Path.GetDirectoryName(file)!;
    string project = Directory.GetFiles(folder, "*.csproj").Single();
    // What the analyzer misses, it says in the compiler's log, where each member stands as the file wants it.
    using var build = Process.Start("dotnet", ["build", project, "-c", "Release", "-v", "q", "-p:TreatWarningsAsErrors=false",
        "-p:ErrorLog=obj/public-api.sarif%2Cversion=2.1"]);
    build.WaitForExit();
    if (build.ExitCode != 0) return build.ExitCode;
}
foreach (string file in files)
{
    using var log = JsonDocument.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(file)!, "obj", "public-api.sarif")));
    string[] members =
    [
        .. log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()
            .Where(static r => r.GetProperty("ruleId").GetString() == "RS0016")
            .Select(static r => r.GetProperty("properties").GetProperty("customProperties").GetProperty("APIName").GetString()!)
            .Distinct().Order(StringComparer.Ordinal),
    ];
    File.WriteAllText(file, $"#nullable enable\n{string.Concat(members.Select(static m => m + "\n"))}");
    Console.WriteLine($"{file}: {members.Length} members");
}
return 0;
