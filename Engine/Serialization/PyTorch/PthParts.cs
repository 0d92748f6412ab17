namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>Which dictionary of a file is meant.</summary>
static class PthParts
{
    // What networks are called in checkpoints of Mimicry, and of most others.
    static readonly string[] Usual = ["model_state_dict", "state_dict"];

    public static PickleDict Select(string file, object? root, string? part)
    {
        if (root is PthTensor) throw TensorFileException.File(file, "it holds one tensor, which has no name");
        if (root is not PickleDict dict) throw TensorFileException.File(file, "it holds no dictionary");
        if (part is not null)
        {
            return dict.Find(part) as PickleDict
                ?? throw TensorFileException.File(file, $"it has no part {TensorFileException.Quote(part)}{Parts(dict)}");
        }
        if (HasTensors(dict)) return dict;
        foreach (string usual in Usual)
            if (dict.Find(usual) is PickleDict found) return found;
        // An empty state dictionary is one.
        if (dict.Items.Count == 0) return dict;
        throw TensorFileException.File(file, $"it has no tensors by name, and no part that is usual{Parts(dict)}");
    }

    static bool HasTensors(PickleDict dict) => dict.Items.Exists(static i => i.Value is PthTensor);

    static string Parts(PickleDict dict)
    {
        const int shown = 8;
        string[] names = [.. dict.Items.Where(static i => i.Value is PickleDict part && HasTensors(part))
            .Select(static i => i.Key).OfType<string>().Take(shown).Select(TensorFileException.Quote)];
        return names.Length == 0 ? "" : $"; parts with tensors are {string.Join(", ", names)}";
    }
}
