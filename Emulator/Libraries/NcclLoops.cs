using System.Runtime.InteropServices;

namespace Ssgan.Emulator;

/// <summary>What collectives compute, in the order of ranks.</summary>
static class NcclLoops
{
    const int Float32 = 7, Average = 4;

    /// <summary>Whether a reduction of this type is emulated.</summary>
    public static bool Reduces(int type) => type == Float32;

    /// <summary>What every rank gets.</summary>
    public static byte[] Compute(NcclCall call, byte[][] data) => call.Function switch
    {
        "ncclAllReduce" => Reduce(call.Choice, data),
        "ncclBroadcast" => data[call.Choice],
        _ => [.. data.SelectMany(static bytes => bytes)],
    };

    static byte[] Reduce(int operation, byte[][] data)
    {
        byte[] result = [.. data[0]];
        Span<float> sums = MemoryMarshal.Cast<byte, float>(result.AsSpan());
        foreach (byte[] bytes in data.AsSpan(1))
        {
            var values = MemoryMarshal.Cast<byte, float>(bytes);
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] = operation switch
                {
                    1 => sums[i] * values[i],
                    2 => Math.Max(sums[i], values[i]),
                    3 => Math.Min(sums[i], values[i]),
                    _ => sums[i] + values[i],
                };
            }
        }
        if (operation == Average) foreach (ref float sum in sums) sum /= data.Length;
        return result;
    }
}
