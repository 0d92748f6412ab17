using Ssgan.Engine;
using Ssgan.Engine.Nn;
using Ssgan.Engine.Serialization;

namespace Ssgan.Gan.Interop;

/// <summary>
/// Weights from elsewhere do not fit a network. The message names the first that are missing, unknown or misshapen; the inner
/// <see cref="StateDictException"/> has all.
/// </summary>
public sealed class WeightsException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Networks from and to safetensors files with Mimicry's names and PyTorch's layouts: filters (out, in, kh, kw), feature maps (C,
/// H, W). Both directions are exact. What PyTorch stores and this library does not need (num_batches_tracked, sn_sigma) is
/// ignored and written. A file may hold several networks, each under a prefix of its own ("netG.").
/// </summary>
public static partial class MimicryWeights
{
    /// <summary>Reads a network from a safetensors file, or from one of PyTorch's: Mimicry's own netG_*.pth.</summary>
    /// <inheritdoc cref="Load(TensorFile, Module, string)"/>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void Load(string path, Module network, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(prefix);
        using var file = WeightsFile.Open(path);
        Load(file, network, prefix);
    }

    /// <summary>Reads a network from the rest of a stream, a safetensors file, which stays open.</summary>
    /// <inheritdoc cref="Load(TensorFile, Module, string)"/>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static void Load(Stream stream, Module network, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(prefix);
        using var file = SafetensorsFile.Read(stream);
        Load(file, network, prefix);
    }

    /// <summary>Reads a network from an open file, which stays open.</summary>
    /// <param name="file">The file.</param>
    /// <param name="network">A generator or a discriminator of <see cref="Models"/>, or a module of the same layers.</param>
    /// <param name="prefix">What its names begin with in the file; with one, other names may be there and are left alone.</param>
    /// <exception cref="WeightsException">Names or shapes do not fit; nothing was changed.</exception>
    /// <exception cref="TensorFileException">The file is damaged, or holds a value that is not finite; the same.</exception>
    public static void Load(TensorFile file, Module network, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(prefix);
        var map = Map(network);
        try
        {
            StateDict.Load(file, [.. map.Select(entry => entry.ToState(prefix))],
                name => !name.StartsWith(prefix, StringComparison.Ordinal) || IsExtra(name));
        }
        catch (StateDictException e)
        {
            throw new WeightsException(e.Message, e);
        }
        Derive(map);
    }

    /// <summary>Reads those tensors of a network whose names and shapes are in a file; the others stay as they are.</summary>
    /// <param name="file">The file, which stays open.</param>
    /// <param name="network">A generator or a discriminator of <see cref="Models"/>, or a module of the same layers.</param>
    /// <param name="prefix">What its names begin with in the file.</param>
    /// <returns>The names of the tensors that were read, and why each of the others was not.</returns>
    /// <exception cref="TensorFileException">The file is damaged, or holds a value that is not finite; nothing was
    /// changed.</exception>
    public static (IReadOnlyList<string> Taken, IReadOnlyList<string> Misfits) LoadMatching(TensorFile file, Module network,
        string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(prefix);
        var map = Map(network);
        var (taken, misfits) = StateDict.LoadMatching(file, [.. map.Select(entry => entry.ToState(prefix))]);
        HashSet<Tensor> read = [.. taken.Select(static t => t.Tensor)];
        Derive(map.Where(e => read.Contains(e.Tensor)));
        return ([.. taken.Select(static t => t.Name)], misfits);
    }

    /// <summary>
    /// Mimicry's own spectral norm saves no v; it is the one that its next forward would compute from u.
    /// </summary>
    static void Derive(IEnumerable<MimicryEntry> map)
    {
        foreach (var entry in map) entry.DerivedV?.CopyFrom<float>(DeriveV(entry.Weight!.ToArray(), entry.Tensor.ToArray()));
    }

    /// <summary>Writes a network.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Module network)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(network);
        SafetensorsWriter.Write(path, Items(network));
    }

    /// <summary>Writes a network to a stream, which stays open.</summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Save(Stream stream, Module network)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(network);
        SafetensorsWriter.Write(stream, Items(network));
    }

    /// <summary>
    /// A network's entries under a prefix, for <see cref="SafetensorsWriter"/>: several networks go into one file as
    /// <c>[.. Items(g, "netG."), .. Items(d, "netD.")]</c>.
    /// </summary>
    public static IReadOnlyList<SafetensorsItem> Items(Module network, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(prefix);
        var items = new List<SafetensorsItem>();
        foreach (var entry in Map(network))
        {
            string key = prefix + entry.Key;
            items.Add(new SafetensorsItem(key, entry.FileShape, entry.ToFile(entry.Tensor.ToArray())));
            if (StateDict.IsVariance(entry.Key))
                items.Add(new SafetensorsItem(key.Replace("running_var", "num_batches_tracked", StringComparison.Ordinal),
                    FileDType.I64, [], new byte[sizeof(long)]));
            if (entry.DerivedV is { } v)
                items.Add(new SafetensorsItem(key.Replace("sn_u", "sn_sigma", StringComparison.Ordinal), [1],
                    new[] { Sigma(entry.Weight!, entry.Tensor, v) }));
        }
        return items;
    }

    /// <summary>
    /// The gradients of a network's parameters as entries, with the names and layouts of the parameters. One without a gradient
    /// has no entry.
    /// </summary>
    public static IReadOnlyList<SafetensorsItem> Gradients(Module network, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(prefix);
        var items = new List<SafetensorsItem>();
        foreach (var entry in Map(network))
            if (entry.Tensor.Grad is { } gradient)
                items.Add(new SafetensorsItem(prefix + entry.Key, entry.FileShape, entry.ToFile(gradient.ToArray())));
        return items;
    }

    /// <summary>v = Wᵀu / max(‖Wᵀu‖, epsilon): 0 where W or u is, as torch.nn.functional.normalize has it.</summary>
    static float[] DeriveV(float[] w, float[] u)
    {
        const double epsilon = 1e-12;
        double[] sums = new double[w.Length / u.Length];
        for (int i = 0; i < w.Length; i++) sums[i % sums.Length] += (double)w[i] * u[i / sums.Length];
        double norm = Math.Max(Math.Sqrt(sums.Sum(static x => x * x)), epsilon);
        return Array.ConvertAll(sums, x => (float)(x / norm));
    }

    static float Sigma(Tensor w, Tensor u, Tensor v)
    {
        using var scope = w.Device.Scope();
        using var noGrad = w.Device.NoGrad();
        return (w.MatMul(v.Reshape(-1, 1)) * u.Reshape(-1, 1)).Sum().Item();
    }

    static bool IsExtra(string name) =>
        name.EndsWith(".num_batches_tracked", StringComparison.Ordinal) || name.EndsWith(".sn_sigma", StringComparison.Ordinal);
}
