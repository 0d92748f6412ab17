using Ssgan.Emulator;
using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Tests.Cuda;

/// <summary>Choices of plans that outlive a run.</summary>
sealed class ConvChoicesTests
{
    string _folder = "";

    CudaOptions Kept => new() { Autotune = true, CacheFolder = _folder };

    [SetUp]
    public void MakeFolder() => _folder = Path.Combine(Path.GetTempPath(), $"ssgan-{Guid.NewGuid():n}", "choices");

    [TearDown]
    public void RemoveFolder()
    {
        string parent = Path.GetDirectoryName(_folder)!;
        if (Directory.Exists(parent)) Directory.Delete(parent, true);
    }

    /// <summary>A machine on which engine 18 is the fastest.</summary>
    static EmulatorOptions Machine => new() { EngineMilliseconds = new Dictionary<int, double> { [17] = 1e4 } };

    /// <summary>The engines that two convolutions run, and what the user is told.</summary>
    (int[] Ran, IReadOnlyList<string> Notices) Run(EmulatorOptions? machine = null, CudaOptions? options = null)
    {
        using var rig = new ConvRig(machine ?? Machine, options ?? Kept);
        return (rig.Ran(() => rig.Forward()), rig.Cuda.Notices);
    }

    string OnlyFile => Directory.GetFiles(_folder).Single();

    [Test]
    public void A_second_run_takes_the_choice_of_the_first_and_measures_nothing()
    {
        Assert.That(Run().Ran, Is.EqualTo([17, DnnEngine.Plain]));
        // By its own measurement this machine would choose engine 17.
        var (ran, notices) = Run(Machine with { EngineMilliseconds = new Dictionary<int, double> { [DnnEngine.Plain] = 1e4 } });
        Assert.That(ran, Is.EqualTo([DnnEngine.Plain]));
        Assert.That(notices, Is.Empty);
        Assert.That(Path.GetExtension(OnlyFile), Is.EqualTo(".json"), "no temporary file stays");
    }

    [Test]
    public void What_one_run_measured_is_nothing_to_a_run_that_measures_nothing_or_otherwise()
    {
        Run();
        Assert.That(Run(options: Kept with { Autotune = false }).Ran, Is.EqualTo([17]));
        Assert.That(Run(options: Kept with { Deterministic = true }).Ran, Is.EqualTo([17, DnnEngine.Plain]));
    }

    [Test]
    public void Another_version_or_card_chooses_for_itself()
    {
        Run();
        Assert.That(Run(Machine with { CuDnnVersion = 91200 }).Ran, Is.EqualTo([17, DnnEngine.Plain]));
        Assert.That(Run(Machine with { DeviceName = "Another GPU" }).Ran, Is.EqualTo([17, DnnEngine.Plain]));
        Assert.That(Run(Machine with { ComputeCapability = 80 }).Ran, Is.EqualTo([17, DnnEngine.Plain]));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(4));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[1, 2]")]
    [TestCase("{\"device\": 3}")]
    [TestCase("{\"device\": \"Another GPU\", \"cudnn\": 90600, \"choices\": {}}")]
    public void A_file_that_is_damaged_or_foreign_is_not_believed(string content)
    {
        Run();
        File.WriteAllText(OnlyFile, content);
        var (ran, notices) = Run();
        Assert.That(ran, Is.EqualTo([17, DnnEngine.Plain]));
        Assert.That(notices.Single(), Does.StartWith($"Choices of plans in {OnlyFile} are not used"));
        Assert.That(Run().Ran, Is.EqualTo([DnnEngine.Plain]), "the next file is whole");
    }

    [TestCase("\"device\"", "\"devise\"")]
    [TestCase("\"cudnn\": 90600", "\"cudnn\": 90500")]
    [TestCase("\"place\": ", "\"place\": 99999999999")]
    [TestCase("\"bias\": false", "\"bias\": 3")]
    public void A_file_with_a_wrong_entry_is_not_believed(string right, string wrong)
    {
        Run();
        string text = File.ReadAllText(OnlyFile);
        Assert.That(text, Does.Contain(right));
        File.WriteAllText(OnlyFile, text.Replace(right, wrong, StringComparison.Ordinal));
        var (ran, notices) = Run();
        Assert.That(ran, Is.EqualTo([17, DnnEngine.Plain]));
        Assert.That(notices, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_choice_that_does_not_exist_any_more_is_made_anew()
    {
        Run();
        string text = File.ReadAllText(OnlyFile);
        File.WriteAllText(OnlyFile, text.Replace("\"engine\": 18", "\"engine\": 4", StringComparison.Ordinal));
        var (ran, notices) = Run();
        Assert.That(ran, Is.EqualTo([17, DnnEngine.Plain]));
        Assert.That(notices.Single(), Does.Contain("does not exist any more"));
        Assert.That(Run().Notices, Is.Empty);
    }

    [Test]
    public void A_disk_that_refuses_is_noticed_once()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder)!);
        File.WriteAllText(_folder, "a file where the folder should be");
        using var rig = new ConvRig(Machine, Kept);
        rig.Forward();
        rig.Filter();
        Assert.That(rig.Cuda.Notices.Single(), Does.StartWith("Choices of plans cannot be kept in"));
    }

    [Test]
    public void The_users_folder_is_where_the_system_says()
    {
        static string? Folder(bool windows, params (string, string)[] variables) =>
            CudaOptions.UserCacheFolder(new UserMachine(windows, variables))?.Replace('\\', '/');
        Assert.That(Folder(false, ("XDG_CACHE_HOME", "/c"), ("HOME", "/h")), Is.EqualTo("/c/ssgan"));
        Assert.That(Folder(false, ("XDG_CACHE_HOME", "c"), ("HOME", "/h")), Is.EqualTo("/h/.cache/ssgan"));
        Assert.That(Folder(false, ("HOME", "/h")), Is.EqualTo("/h/.cache/ssgan"));
        Assert.That(Folder(true, ("LOCALAPPDATA", "C:/l"), ("HOME", "/h")), Is.EqualTo("C:/l/ssgan"));
        Assert.That(Folder(false), Is.Null);
    }

    sealed class UserMachine(bool windows, (string Name, string Value)[] variables) : LibraryHost
    {
        public override bool IsWindows => windows;

        public override string? Variable(string name) => variables.FirstOrDefault(v => v.Name == name).Value;
    }
}
