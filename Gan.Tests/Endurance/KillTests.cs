using Ssgan.Endurance;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Endurance;

/// <summary>Short forms of what docs/endurance.md has at length.</summary>
[Platform(Exclude = "Win", Reason = "Processes are killed as on Unix.")]
public sealed class KillTests
{
    [Test]
    public void KilledAtAnyMomentARunEndsAsIfItHadNotBeen()
    {
        using var temp = new TempFolder();
        using StringWriter output = new() { NewLine = "\n" };
        int wrong = new Kills(temp.Root, count: 2, seed: 3, output) { IsShort = true }.Run();
        Assert.That(wrong, Is.Zero, output.ToString());
        Assert.That(output.ToString(), Does.EndWith("2 killed, 2 as if never killed, 0 otherwise\n"));
    }
}
