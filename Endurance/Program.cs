using System.Globalization;
using Ssgan.Endurance;
using Ssgan.Endurance.Power;

// What long runs meet, made to happen on purpose. docs/endurance.md has what came of it.
string Value(string name, string otherwise) =>
    Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : otherwise;
int Number(string name, int otherwise) =>
    int.Parse(Value(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

string work = Path.GetFullPath(Value("--work", Path.Combine(Path.GetTempPath(), $"ssgan-endurance-{Environment.ProcessId}")));
Directory.CreateDirectory(work);
switch (args.FirstOrDefault())
{
    case "kills":
        return new Kills(work, Number("--count", 100), Number("--seed", 1), Console.Out).Run() == 0 ? 0 : 1;
    case "power":
        return new PowerCut(work, Console.Out).Run(Number("--steps", 6), Number("--states", 8), Number("--resumes", 25),
            Number("--seed", 1)) == 0 ? 0 : 1;
    case "faults":
        return new Faults(work, Console.Out).Run() == 0 ? 0 : 1;
    default:
        Console.Error.WriteLine("Give one of: kills, power, faults. docs/endurance.md says what they do.");
        return 2;
}
