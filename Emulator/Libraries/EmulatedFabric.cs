using System.Buffers.Binary;

namespace Ssgan.Emulator;

/// <summary>
/// What connects emulated machines: ranks whose machines have the same fabric find each other by NCCL. Each rank is a machine of
/// its own, as it would be a process, and uses a card of another number. What a real NCCL would wait for without end is named
/// here: ranks that make different calls, and ranks that do not come.
/// </summary>
public sealed class EmulatedFabric
{
    readonly Lock _lock = new();
    readonly List<NcclGroup> _groups = [];

    /// <summary>A fabric.</summary>
    /// <param name="patience">How long a rank waits for others before it names them; null for a minute.</param>
    public EmulatedFabric(TimeSpan? patience = null) => Patience = patience ?? TimeSpan.FromMinutes(1);

    /// <summary>How long a rank waits for others.</summary>
    public TimeSpan Patience { get; internal set; }

    /// <summary>Writes the id of a new group.</summary>
    internal void NewId(Span<byte> id)
    {
        id.Fill(0xA5);
        lock (_lock)
        {
            BinaryPrimitives.WriteInt32LittleEndian(id, _groups.Count);
            _groups.Add(new NcclGroup(this));
        }
    }

    /// <summary>The group of an id; null for one that was made elsewhere, or arrived damaged.</summary>
    internal NcclGroup? Find(ReadOnlySpan<byte> id)
    {
        int number = BinaryPrimitives.ReadInt32LittleEndian(id);
        if (id[sizeof(int)..].ContainsAnyExcept((byte)0xA5)) return null;
        lock (_lock) return number >= 0 && number < _groups.Count ? _groups[number] : null;
    }
}
