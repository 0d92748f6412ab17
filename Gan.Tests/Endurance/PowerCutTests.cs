using Ssgan.Endurance.Power;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Endurance;

/// <summary>Short forms of what docs/endurance.md has at length.</summary>
[Platform("Linux", Reason = "What the program does to files is recorded by a library that is loaded before libc.")]
public sealed class PowerCutTests
{
    [Test]
    public void AWholeCheckpointIsFoundWhereverThePowerGoes()
    {
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(static p => File.Exists(Path.Combine(p, "cc"))))
            Assert.Ignore("There is no C compiler on this machine.");
        using var temp = new TempFolder();
        using StringWriter output = new() { NewLine = "\n" };
        int wrong = new PowerCut(temp.Root, output) { IsShort = true }.Run(steps: 4, states: 1, resumes: 1, seed: 1);
        Assert.That(wrong, Is.Zero, output.ToString());
        // Were nothing recorded, nothing would be wrong.
        Assert.That(output.ToString(), Does.Match(@"\b[1-9]\d\d deeds, \d\d of them flushes"));
    }

    [Test]
    public void ADiskKeepsWhatWasFlushedAndMayLoseTheRest()
    {
        var disk = new Disk("/run");
        void Do(Deed deed, string path, string to = "", byte[]? data = null) => disk.Do(new(deed, 7, 0, path, to, data ?? []));
        string Lost() => string.Join(' ', disk.After(static () => false, static f => f.Flushed)
            .Select(static f => f.Value is null ? f.Key + "/" : $"{f.Key}:{f.Value.Length}"));
        Do(Deed.Make, "/run/a.partial");
        Do(Deed.Create, "/run/a.partial/x");
        Do(Deed.Write, "/run/a.partial/x", data: [1, 2, 3]);
        Assert.That(Lost(), Is.Empty);
        Do(Deed.Sync, "/run/a.partial/x");
        Do(Deed.Sync, "/run/a.partial");
        Assert.That(Lost(), Is.Empty, "the folder has no name yet");
        Do(Deed.Sync, "/run");
        Assert.That(Lost(), Is.EqualTo("a.partial/ a.partial/x:3"));
        Do(Deed.Rename, "/run/a.partial", "/run/a");
        Do(Deed.Write, "/run/a/x", data: [1, 2, 3, 4]);
        Assert.That(Lost(), Is.EqualTo("a.partial/ a.partial/x:3"));
        Assert.That(disk.After(static () => true, static f => f.Now).Keys, Is.EqualTo(new[] { "a", "a/x" }));
        Do(Deed.Sync, "/run");
        Assert.That(Lost(), Is.EqualTo("a/ a/x:3"));
    }
}
