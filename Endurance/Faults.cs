using System.Diagnostics;

namespace Ssgan.Endurance;

/// <summary>
/// Disks that are full or read-only, data that go, a clock that is set back, memory that does not suffice: each is met on
/// purpose, must be told in one sentence, and must have cost nothing once it is mended. Needs root, to mount and to limit.
/// </summary>
sealed class Faults(string work, TextWriter output)
{
    const int Steps = 9;

    // As long with more steps as with fewer.
    static readonly string[] s_narrow = [.. Trial.Narrow, "--lr-schedule", "constant"];

    readonly string _images = Pictures.Make(Path.Combine(work, "images"), 60, 64);
    int _wrong;

    /// <summary>Returns how many were met otherwise.</summary>
    public int Run()
    {
        var whole = New("whole");
        Expect("undisturbed", whole.Go(), 0, null);
        // Room for the packed images and settings, then for a checkpoint or two, then for all but the last files.
        int full = 0;
        for (int kib = 100; kib <= 2500; kib += 100)
        {
            string place = Mounted(kib);
            var trial = New("disk");
            var left = trial.Go();
            if (left.Code == 0)
            {
                Unmount(place);
                break;
            }
            full++;
            Expect($"{kib} KiB of disk", left, 1, "No space left on device");
            Sh($"mount -o remount,size=100m {place}");
            Expect($"{kib} KiB of disk, then more", trial.Go(), 0, null, trial, whole);
            Unmount(place);
        }
        output.WriteLine($"{full} sizes of a disk that is too small");
        ReadOnly(whole);
        Gone(whole);
        var clock = New("clock");
        clock.Go(TimeSpan.FromSeconds(3));
        Expect("the clock is set back", New("clock", "faketime", "2001-01-01 00:00:00").Go(), 0, null, clock, whole);
        Memory(whole);
        output.WriteLine($"{_wrong} met otherwise");
        return _wrong;
    }

    Trial New(string name, params string[] by) => new(Path.Combine(work, name), null, Steps)
    {
        More = [.. s_narrow, "--data", _images], By = by,
    };

    void ReadOnly(Trial whole)
    {
        string place = Mounted(20_000);
        var trial = New("disk");
        trial.Go(TimeSpan.FromSeconds(3));
        Sh($"mount -o remount,ro {place}");
        Expect("a read-only disk", trial.Go(), 1, "Read-only file system");
        Sh($"mount -o remount,rw {place}");
        Expect("a read-only disk, then not", trial.Go(), 0, null, trial, whole);
        Unmount(place);
    }

    void Gone(Trial whole)
    {
        var trial = New("gone");
        var cut = Task.Run(() =>
        {
            // As soon as there is a checkpoint.
            for (int i = 0; i < 2000 && !Directory.Exists(Path.Combine(trial.Run, "checkpoints/step-00000001")); i++)
                Thread.Sleep(5);
            foreach (string pack in Directory.GetFiles(Path.Combine(work, "gone/data/cache"), "*.pack"))
                using (var file = new FileStream(pack, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(100);
        });
        var left = trial.Go();
        cut.Wait();
        // The batches that are made ahead may suffice to the end.
        if (left.Code != 0) Expect("packed images are cut short", left, 1, "cut short while it was in use");
        Directory.Move(_images, _images + ".gone");
        Directory.Delete(Path.Combine(work, "gone/data"), recursive: true);
        if (left.Code != 0) Expect("images are gone", trial.Go(), 1, "There is no dataset");
        Directory.Move(_images + ".gone", _images);
        Expect("images are back", trial.Go(), 0, null, trial, whole);
    }

    void Memory(Trial whole)
    {
        const string group = "/sys/fs/cgroup/memory/ssgan-endurance";
        if (!Directory.Exists(Path.GetDirectoryName(group)))
        {
            output.WriteLine("no limit of memory: there is no cgroup of version 1");
            return;
        }
        Directory.CreateDirectory(group);
        File.WriteAllText(Path.Combine(group, "memory.limit_in_bytes"), "30M");
        var trial = New("memory", "sh", "-c", $"echo $$ > {group}/cgroup.procs; exec \"$@\"", "sh");
        // The kernel ends what goes beyond the limit, and no program can say anything to that.
        var left = trial.Go();
        output.WriteLine($"30 MiB of memory: exit code {left.Code} behind \"{left.Last}\"");
        Directory.Delete(group);
        var more = New("memory");
        Expect("30 MiB of memory, then more", more.Go(), 0, null, more, whole);
    }

    void Expect(string what, Left left, int code, string? sentence, Trial? trial = null, Trial? whole = null)
    {
        string? wrong = left.Code != code ? $"exit code {left.Code}, not {code}: {left.Errors}"
            : sentence is null ? null : left.Errors.Split('\n').Length != 1 ? $"other than one line: {left.Errors}"
            : left.Errors.Contains(sentence, StringComparison.Ordinal) ? null : left.Errors;
        wrong ??= trial?.Difference(whole!);
        if (wrong is not null) _wrong++;
        string end = wrong ?? (sentence is null ? "ends as undisturbed" : left.Errors);
        output.WriteLine($"{(wrong is null ? "as expected" : "WRONG")}: {what}: {end}");
    }

    string Mounted(int kib)
    {
        string place = Path.Combine(work, "disk");
        Directory.CreateDirectory(place);
        Sh($"mount -t tmpfs -o size={kib}k tmpfs {place}");
        return place;
    }

    static void Unmount(string place) => Sh($"umount {place}");

    static void Sh(string command)
    {
        using var process = Process.Start("sh", ["-c", command]);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"\"{command}\" fails.");
    }
}
