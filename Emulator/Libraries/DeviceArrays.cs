using Ssgan.Engine.Kernels;

namespace Ssgan.Emulator;

/// <summary>Runs of F32 or BF16 elements in device memory, as floats on the host; through the memory's checks.</summary>
static unsafe class DeviceArrays
{
    /// <summary>
    /// Reads a run of elements. With <paramref name="tf32"/> each is cut off to the ten mantissa bits of a tensor core.
    /// </summary>
    public static void Read(DeviceMemory memory, ulong address, DType type, Span<float> target, bool tf32 = false)
    {
        if (target.IsEmpty) return;
        Align(address, type);
        byte* source = memory.Host(address, (long)target.Length * type.Size(), write: false);
        if (type == DType.F32) new ReadOnlySpan<float>(source, target.Length).CopyTo(target);
        else
        {
            for (int i = 0; i < target.Length; i++) target[i] = BFloat16.ToSingle(((ushort*)source)[i]);
        }
        if (!tf32) return;
        for (int i = 0; i < target.Length; i++) target[i] = Tf32(target[i]);
    }

    public static void Write(DeviceMemory memory, ulong address, DType type, ReadOnlySpan<float> source)
    {
        if (source.IsEmpty) return;
        Align(address, type);
        byte* target = memory.Host(address, (long)source.Length * type.Size(), write: true);
        if (type == DType.F32) source.CopyTo(new Span<float>(target, source.Length));
        else
        {
            for (int i = 0; i < source.Length; i++) ((ushort*)target)[i] = BFloat16.FromSingle(source[i]);
        }
    }

    /// <summary>
    /// old = alpha * result + beta * old, plus a bias where there is one. With beta 0 the old value is not even looked at: it may
    /// be NaN, or never written.
    /// </summary>
    public static void Blend(
        DeviceMemory memory, ulong address, DType type, Span<float> result, float alpha, float beta,
        ReadOnlySpan<float> bias = default, bool relu = false)
    {
        if (alpha != 1) foreach (ref float r in result) r *= alpha;
        if (beta != 0)
        {
            float[] old = new float[result.Length];
            Read(memory, address, type, old);
            for (int i = 0; i < old.Length; i++) result[i] += beta * old[i];
        }
        for (int i = 0; i < bias.Length; i++) result[i] += bias[i];
        if (relu) foreach (ref float r in result) r = r > 0 || float.IsNaN(r) ? r : 0;
        Write(memory, address, type, result);
    }

    static void Align(ulong address, DType type)
    {
        if (address % (ulong)type.Size() != 0)
            throw new EmulatorFault(FaultKind.Misaligned, $"0x{address:x} is no address of {type} elements.");
    }

    /// <summary>
    /// A tensor core does not look at the low 13 bits. The libraries may round to nearest before, but promise nothing: this is
    /// the most that a caller can meet. Infinity and NaN stay.
    /// </summary>
    public static float Tf32(float x) =>
        float.IsFinite(x) ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) & 0xFFFFE000) : x;
}
