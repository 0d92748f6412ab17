using System.Text;
using System.Text.RegularExpressions;
using Ssgan.Runner.Terminal;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

public sealed class ConfigFuzzTests
{
    static readonly string[] Values =
        ["null", "-1", "0", "1e999", "-1e999", "99999999999999999999", "2147483647", "0.5", "\"\"", "\"x\"", "\"shapes\"", "[]",
            "{}", "true", "\"\\ud800\"", "7"];

    [Test]
    public void AnyConfigurationIsUsedOrRefusedInOneSentence()
    {
        using var scratch = new TempFolder();
        Shell.Train(scratch["run"], "--steps", "2");
        string config = scratch["run/config.json"];
        byte[] whole = File.ReadAllBytes(config);
        // Already stopped, a configuration that is accepted (more steps, say) does not train.
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var random = new Random(20);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] mutant = Mutate(whole, random);
            File.WriteAllBytes(config, mutant);
            var printed = Shell.Run(stop.Token, "train", "--resume", scratch["run"], "--threads", "1");
            string text = $"mutant {i}:\n{Encoding.UTF8.GetString(mutant)}\n{printed.Error}";
            if (printed.Code is ExitCode.Done or ExitCode.Interrupted) continue;
            refused++;
            Assert.That(printed.Code, Is.EqualTo(ExitCode.Failed), text);
            Assert.That(printed.ErrorLines, Has.Length.EqualTo(1), text);
            Assert.That(printed.Error, Does.Not.StartWith("ssgan failed with").And.EndsWith(".\n"), text);
        }
        // Most mutations do harm; were nothing refused, nothing would have been read.
        Assert.That(refused, Is.GreaterThan(200));
    }

    static byte[] Mutate(byte[] whole, Random random)
    {
        var bytes = whole.ToList();
        int at = random.Next(bytes.Count);
        switch (random.Next(6))
        {
            case 0: bytes[at] = (byte)random.Next(256); break;
            case 1: bytes.RemoveAt(at); break;
            case 2: bytes.Insert(at, (byte)random.Next(32, 127)); break;
            case 3: bytes.RemoveRange(at, bytes.Count - at); break;
            case 4:
                string[] lines = Encoding.UTF8.GetString(whole).Split('\n');
                (int a, int b) = (random.Next(lines.Length), random.Next(lines.Length));
                (lines[a], lines[b]) = (lines[b], random.Next(2) == 0 ? lines[a] : lines[b]);
                return Encoding.UTF8.GetBytes(string.Join('\n', lines));
            default:
                string text = Encoding.UTF8.GetString(whole);
                var values = Regex.Matches(text, "(?<=: )[^,\n]+");
                var value = values[random.Next(values.Count)];
                return Encoding.UTF8.GetBytes(text[..value.Index] + Values[random.Next(Values.Length)]
                    + text[(value.Index + value.Length)..]);
        }
        return [.. bytes];
    }
}
