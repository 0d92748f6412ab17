using System.Buffers.Binary;
using Ssgan.Engine.Serialization;

namespace Ssgan.Tests.Serialization;

/// <summary>
/// Seeded mutations of small real files: whatever bytes come in, a reader either reads all values or throws its one exception,
/// with a sentence, and allocates in proportion to what it was given.
/// </summary>
static class FileFuzz
{
    const int AllocationFixed = 1 << 16;

    /// <summary>Mutates each file many times.</summary>
    /// <param name="files">Good files.</param>
    /// <param name="rounds">Mutations of each.</param>
    /// <param name="allocationPerByte">What a reader may allocate for a byte of the file, read through.</param>
    /// <param name="open">Opens a file under the name "fuzz", reads all there is and disposes of it.</param>
    public static void Run(IEnumerable<byte[]> files, int rounds, int allocationPerByte, Action<byte[]> open)
    {
        var random = new Random(14);
        int refused = 0, accepted = 0, index = 0;
        foreach (byte[] good in files)
        {
            Assert.That(Reads(good, open), Is.True, $"file {index} itself");
            for (int round = 0; round < rounds; round++)
            {
                byte[] bytes = Mutate(good, random);
                long before = GC.GetAllocatedBytesForCurrentThread();
                if (Reads(bytes, open)) accepted++;
                else refused++;
                long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.That(allocated, Is.LessThan(AllocationFixed + (long)allocationPerByte * bytes.Length),
                    $"file {index}, round {round}");
            }
            index++;
        }
        // Damaged values are values; damaged structure is not a file. Both must have been seen, or nothing was tested.
        Assert.That(refused, Is.GreaterThan(index * rounds / 5), "refused");
        Assert.That(accepted, Is.GreaterThan(index * rounds / 50), "accepted");
    }

    static bool Reads(byte[] bytes, Action<byte[]> open)
    {
        try
        {
            open(bytes);
            return true;
        }
        catch (TensorFileException e)
        {
            Assert.That(e.Message, Does.StartWith("fuzz: ").And.EndsWith("."));
            return false;
        }
    }

    static byte[] Mutate(byte[] good, Random random)
    {
        byte[] bytes = [.. good];
        int at = random.Next(bytes.Length), length = random.Next(1, Math.Min(24, bytes.Length - at + 1));
        switch (random.Next(7))
        {
            case 0: // Flipped bits.
                for (int i = random.Next(1, 9); i > 0; i--) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1: // Other bytes.
                for (int i = random.Next(1, 4); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            case 2: // Cut off.
                return bytes[..at];
            case 3: // A stretch that is gone.
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4: // A stretch that is there twice.
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 5: // A stretch of another place.
                int from = random.Next(bytes.Length - length + 1);
                good.AsSpan(from, length).CopyTo(bytes.AsSpan(at));
                return bytes;
            default: // A number that is near the limits of its width.
                long number = random.Next(2) == 0 ? random.NextInt64() >> random.Next(64) : -1L << random.Next(64);
                Span<byte> wide = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(wide, number);
                int width = Math.Min(1 << random.Next(4), bytes.Length - at);
                wide[..width].CopyTo(bytes.AsSpan(at));
                return bytes;
        }
    }
}
