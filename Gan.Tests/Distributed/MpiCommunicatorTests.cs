namespace Ssgan.Tests.Distributed;

/// <summary>Ranks under both MPIs, two on two cores and four on two.</summary>
[TestFixture(MpiRun.Kind.OpenMpi)]
[TestFixture(MpiRun.Kind.Mpich)]
sealed class MpiCommunicatorTests(MpiRun.Kind kind)
{
    string Name => kind == MpiRun.Kind.OpenMpi ? "Open MPI " : "MPICH ";

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    public void Everyone_gets_everyones_bytes(int ranks)
    {
        using var run = new MpiRun(kind, ranks, "collectives");
        Assert.That(run.End(), Is.Zero, run.Printed);
        Assert.That(run.Said("gathered"), Has.Length.EqualTo(ranks));
        Assert.That(run.Said("left"), Has.Length.EqualTo(ranks));
        string[] here = run.Said("is here: ");
        Assert.That(here, Has.All.StartsWith(Name));
        for (int rank = 0; rank < ranks; rank++) Assert.That(here[rank], Does.Contain($", {rank} of {ranks}, "));
        Assert.That(here, Has.All.Contains($" {ranks} rank{(ranks == 1 ? "" : "s")} on 1 machine,"));
    }

    /// <summary>Each rank holds its own sums against those in order of rank.</summary>
    [TestCase(2)]
    [TestCase(4)]
    public void Sums_have_the_same_bits_on_all_ranks(int ranks)
    {
        using var run = new MpiRun(kind, ranks, "sums");
        Assert.That(run.End(), Is.Zero, run.Printed);
        string[] sums = run.Said("summed to");
        Assert.That(sums, Has.Length.EqualTo(ranks), run.Printed);
        Assert.That(sums, Has.All.EqualTo(sums[0]));
    }

    /// <summary>Two cores, bound or not, are one for each of two ranks.</summary>
    [Test]
    public void Ranks_share_processors()
    {
        using var run = new MpiRun(kind, 2, "share");
        Assert.That(run.End(), Is.Zero, run.Printed);
        string[] threads = run.Said("has ");
        Assert.That(threads, Has.Length.EqualTo(2));
        Assert.That(threads.Sum(static t => int.Parse(t.Split(' ')[0])), Is.InRange(2, Math.Max(2, Environment.ProcessorCount)));
    }

    /// <summary>MPI's libraries take signals that the runtime lives on.</summary>
    [Test]
    public void Null_references_are_still_exceptions()
    {
        using var run = new MpiRun(kind, 2, "null");
        Assert.That(run.End(), Is.Zero, run.Printed);
        Assert.That(run.Said("caught"), Is.EqualTo((string[])["NullReferenceException", "NullReferenceException"]), run.Printed);
    }

    [Test]
    public void A_killed_rank_ends_the_others()
    {
        using var run = new MpiRun(kind, 4, "die 1");
        Assert.That(run.End(), Is.Not.Zero, run.Printed);
        Assert.That(run.Said("left"), Is.Empty);
    }

    [Test]
    public void A_stopped_rank_is_named()
    {
        using var run = new MpiRun(kind, 4, "spin", wait: 1);
        int stopped = run.Pid(2);
        for (int rank = 0; rank < 4; rank++) run.Pid(rank);
        using (var stop = System.Diagnostics.Process.Start("kill", ["-STOP", $"{stopped}"])) stop.WaitForExit();
        Assert.That(run.End(), Is.Not.Zero, run.Printed);
        // Who fails first makes mpirun end the others; it wakes the stopped one for that, which then sees that it is late.
        string[] sentences = run.Said("fails: ");
        Assert.That(sentences, Has.Some.Match(
            @"^Rank 2 \(on .+\) did not come to barrier [\d,]+ within [\d.]+ s; ranks 0, 1 and 3 are there\.$"), run.Printed);
        Assert.That(sentences, Has.All.Match(@"^Rank 2 \(on .+\) (did not come|came to barrier [\d,]+ only after)"), run.Printed);
    }

    [Test]
    public void A_late_rank_finds_itself_named()
    {
        using var run = new MpiRun(kind, 3, "late 1", wait: 0.75);
        Assert.That(run.End(), Is.Not.Zero, run.Printed);
        Assert.That(run.Said("fails: "), Is.Not.Empty.And.All.Match(
            @"^Rank 1 \(on .+\) (came to sum 2 only after other ranks had waited|did not come to sum 2 within)"), run.Printed);
        Assert.That(run.Said("left"), Is.Empty);
    }

    [Test]
    public void Ranks_that_call_different_things_are_told_apart()
    {
        using var run = new MpiRun(kind, 3, "astray", wait: 0.75);
        Assert.That(run.End(), Is.Not.Zero, run.Printed);
        Assert.That(run.Said("fails: "), Is.Not.Empty.And.All.Contains("they no longer take the same steps"), run.Printed);
    }

    [Test]
    public void Nobody_leaves_alone()
    {
        using var run = new MpiRun(kind, 2, "alone 1", wait: 0.5);
        Assert.That(run.End(), Is.Not.Zero, run.Printed);
        Assert.That(run.Said("left"), Is.Empty);
        Assert.That(run.Said("fails: "), Is.Empty.Or.All.StartsWith("Rank 1 ").And.All.Contains("waits to end"), run.Printed);
    }

    [Test]
    public void Abort_ends_all_with_its_code()
    {
        using var run = new MpiRun(kind, 3, "abort 1");
        Assert.That(run.End(), Is.EqualTo(5), run.Printed);
    }

    [Test]
    public void The_other_MPIs_library_is_found_out()
    {
        bool open = kind == MpiRun.Kind.OpenMpi;
        using var run = new MpiRun(kind, 2, "collectives", open ? "libmpich.so.12" : "libmpi.so.40");
        Assert.That(run.End(), Is.EqualTo(2), run.Printed);
        Assert.That(run.Said("fails: "), Is.Not.Empty.And.All.Match(
            @"^mpirun of .* started 2 ranks, but .* sees 1: the library and the launcher must be of the same"), run.Printed);
    }

    [TestCase("/nowhere/libmpi.so", "tried /nowhere/libmpi.so (there is no such file)")]
    [TestCase("libnowhere.so.1", "tried libnowhere.so.1 (not on the loader's path)")]
    [TestCase("libm.so.6", "libm.so.6 lacks MPI_Initialized")]
    public void What_is_no_library_is_named(string library, string sentence)
    {
        using var run = new MpiRun(kind, 1, "collectives", library);
        Assert.That(run.End(), Is.EqualTo(2), run.Printed);
        Assert.That(run.Said("fails: "), Has.Length.EqualTo(1).And.All.Contains(sentence), run.Printed);
    }
}
