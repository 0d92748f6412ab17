namespace Ssgan.Emulator;

/// <summary>The fundamental types of PTX; the name is the specifier in capitals.</summary>
enum PtxType
{
    None,
    Pred,
    B8, B16, B32, B64,
    U8, U16, U32, U64,
    S8, S16, S32, S64,
    F16, F16x2, BF16, BF16x2, TF32, F32, F64,
}

static class PtxTypes
{
    static readonly Dictionary<string, PtxType> s_names =
        Enum.GetValues<PtxType>().Where(type => type != PtxType.None).ToDictionary(type => type.ToString().ToLowerInvariant());

    public static bool TryParse(string name, out PtxType type) => s_names.TryGetValue(name, out type);

    /// <summary>Bytes in memory.</summary>
    public static int Bytes(this PtxType type) => type switch
    {
        PtxType.B8 or PtxType.U8 or PtxType.S8 or PtxType.Pred => 1,
        PtxType.B16 or PtxType.U16 or PtxType.S16 or PtxType.F16 or PtxType.BF16 => 2,
        PtxType.B64 or PtxType.U64 or PtxType.S64 or PtxType.F64 => 8,
        _ => 4,
    };

    public static bool IsSigned(this PtxType type) => type is PtxType.S8 or PtxType.S16 or PtxType.S32 or PtxType.S64;

    public static bool IsFloat(this PtxType type) => type >= PtxType.F16;
}
