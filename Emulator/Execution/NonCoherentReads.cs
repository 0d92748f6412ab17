namespace Ssgan.Emulator;

/// <summary>
/// ld.global.nc reads through a cache that knows nothing of the launch's own writes, so what it reads must not be written in the
/// same launch, by any thread, before or after. Kernels that have no such read are not watched.
/// </summary>
static class NonCoherentReads
{
    const byte Read = 1, Written = 2;

    /// <summary>Notes an access to global memory; false where it breaks the rule.</summary>
    public static bool Allow(Warp w, MemoryOp m, Allocation block, ulong offset, int bytes, Access access)
    {
        var launch = w.Block.Launch;
        if (!launch.Code.ReadsNonCoherently || access == Access.Read && !m.IsNonCoherent) return true;
        var (mine, other) = access == Access.Read ? (Read, Written) : (Written, Read);
        var marks = block.Marks(launch).AsSpan((int)offset, bytes);
        if (marks.Contains(other)) return false;
        marks.Fill(mine);
        return true;
    }
}
