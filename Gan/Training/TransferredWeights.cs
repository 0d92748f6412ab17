using Ssgan.Engine.Nn;
using Ssgan.Engine.Serialization;
using Ssgan.Gan.Algorithms;
using Ssgan.Gan.Interop;
using Ssgan.Gan.Settings;

namespace Ssgan.Gan.Training;

/// <summary>
/// What the networks of a new run took over from others that were trained before: every tensor of the generator, the
/// discriminator and the averaged generator whose name and shape were there. Optimizers begin anew.
/// </summary>
/// <param name="Source">The checkpoint's folder, or the file.</param>
/// <param name="Taken">Names of the tensors that were taken over.</param>
/// <param name="Misfits">Why each of the others was not, "d.l_y.weight is missing"; they stay new.</param>
sealed record TransferredWeights(string Source, IReadOnlyList<string> Taken, IReadOnlyList<string> Misfits)
{
    const string Generator = "g", Discriminator = "d", Average = "g_ema";

    // As many as a line has room for.
    const int Shown = 3;

    /// <summary>Overwrites the networks of a step with what fits.</summary>
    /// <param name="step">The networks; see <see cref="GanStep.Networks"/>.</param>
    /// <param name="path">
    /// A run's folder (its newest checkpoint), a checkpoint's folder, the tensors' file in one, or a safetensors or PyTorch file
    /// (.pth) with Mimicry's names: of one network, or of both under "netG." and "netD.".
    /// </param>
    /// <exception cref="TrainingException">It is no checkpoint, or damaged, or nothing in it fits.</exception>
    /// <exception cref="TensorFileException">The file is damaged or of another kind, or holds a value that is not finite;
    /// nothing was changed.</exception>
    public static TransferredWeights Into(GanStep step, string path)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(path);
        var networks = step.Networks.Where(static n => n.Name is Generator or Discriminator or Average).ToDictionary();
        bool isFile = File.Exists(path) && TrainedGenerator.FolderOf(path) is null;
        var result = isFile ? FromMimicry(networks, path)
            : FromCheckpoint(networks, TrainedGenerator.FolderOf(path) ?? RunFolder.FindCheckpoint(path));
        if (result.Taken.Count == 0)
            throw new TrainingException($"{result.Source} has no tensor that fits these networks by name and shape.");
        // An average that was not there begins where the generator does.
        bool hasAverage = result.Taken.Any(static n => n.StartsWith(Average + ".", StringComparison.Ordinal));
        if (hasAverage || !networks.TryGetValue(Average, out var average)) return result;
        average.CopyFrom(networks[Generator]);
        return result with
        {
            Misfits = [.. result.Misfits.Where(static m => !m.StartsWith(Average + ".", StringComparison.Ordinal))],
        };
    }

    /// <summary>One sentence with the counts and the first names.</summary>
    public string Describe()
    {
        string taken = $"Weights of {Source}: {Taken.Count} of {Taken.Count + Misfits.Count} tensors are taken over";
        if (Misfits.Count == 0) return taken + ".";
        string more = Misfits.Count > Shown ? $", and {Misfits.Count - Shown} more" : "";
        return $"{taken}; the others stay new: {string.Join(", ", Misfits.Take(Shown))}{more}.";
    }

    static TransferredWeights FromCheckpoint(Dictionary<string, Module> networks, string folder)
    {
        _ = Checkpoint.ReadState(folder);
        using var file = SafetensorsFile.Open(Path.Combine(folder, Checkpoint.TensorsFile));
        var (taken, misfits) =
            StateDict.LoadMatching(file, [.. networks.SelectMany(static n => StateDict.Entries(n.Value, n.Key + "."))]);
        return new(folder, [.. taken.Select(static t => t.Name)], misfits);
    }

    static TransferredWeights FromMimicry(Dictionary<string, Module> networks, string path)
    {
        using var file = WeightsFile.Open(path);
        const string g = "netG.", d = "netD.";
        bool both = file.Entries.Any(static e => e.Name.StartsWith(g, StringComparison.Ordinal)
            || e.Name.StartsWith(d, StringComparison.Ordinal));
        (string Name, string Prefix)[] held = both ? [(Generator, g), (Discriminator, d)]
            // Only a generator begins with a linear layer.
            : [(file.TryGet("l1.weight", out _) ? Generator : Discriminator, "")];
        var (taken, misfits) = (new List<string>(), new List<string>());
        foreach (var (name, prefix) in held)
        {
            if (!networks.TryGetValue(name, out var network)) continue;
            var match = MimicryWeights.LoadMatching(file, network, prefix);
            taken.AddRange(match.Taken);
            misfits.AddRange(match.Misfits);
        }
        return new(path, taken, misfits);
    }
}
