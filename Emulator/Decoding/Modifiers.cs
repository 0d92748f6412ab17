namespace Ssgan.Emulator;

/// <summary>The modifiers of an instruction that nothing has looked at yet; what is left at the end is unknown.</summary>
sealed class Modifiers(PtxStatement statement)
{
    readonly List<string> _left = [.. statement.Op.Skip(1)];

    public PtxStatement Statement => statement;

    public bool Take(string name) => _left.Remove(name);

    /// <summary>The first of the names that is there, or null.</summary>
    public string? TakeAny(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            if (_left.Remove(name)) return name;
        return null;
    }

    public void TakeAll(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            while (_left.Remove(name)) { }
    }

    /// <summary>The first modifier that is a type.</summary>
    public PtxType TakeType()
    {
        for (int k = 0; k < _left.Count; k++)
        {
            if (!PtxTypes.TryParse(_left[k], out var type)) continue;
            _left.RemoveAt(k);
            return type;
        }
        throw Unknown("without a type");
    }

    public bool HasType => _left.Exists(name => PtxTypes.TryParse(name, out _));

    public void Done()
    {
        if (_left.Count > 0) throw Unknown($"with the modifier .{_left[0]}");
    }

    public EmulatorFault Unknown(string how) =>
        new(FaultKind.Unknown, $"Line {statement.Line}, {statement.Text}: the emulator does not know {statement.Op[0]} {how}.");
}
