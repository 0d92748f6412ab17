using System.Globalization;
using Ssgan.Fuzzing;

// Fuzzing TARGET [--count N] [--seconds N] [--seed N]; docs/endurance.md has what came of it.
int Number(string name, int otherwise) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length
    ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

var target = Target.All.FirstOrDefault(t => t.Name == args.FirstOrDefault());
if (target is null)
{
    Console.Error.WriteLine($"Give one of: {string.Join(", ", Target.All.Select(static t => t.Name))}.");
    return 2;
}
string corpus = Path.Combine(Environment.GetEnvironmentVariable("FUZZING_CORPUS") ?? "Fuzzing/corpus", target.Name);
string folder = Directory.CreateTempSubdirectory("ssgan-fuzzing-").FullName;
try
{
    using var campaign = new Campaign(target, folder, Path.Combine(Path.GetTempPath(), "ssgan-fuzzing-found"));
    campaign.Run(Directory.GetFiles(corpus).Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        Number("--count", 1_000_000), TimeSpan.FromSeconds(Number("--seconds", 3600)), Number("--seed", 1), Console.Out);
    return campaign.Faults == 0 ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
