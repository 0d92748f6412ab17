using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class Rotate90Tests
{
    public static OpCase[] Cases { get; } =
    [
        new("Rotate90", "every turn", [[4, 3, 3, 2]], t => t[0].Rotate90(Turns(t[0], 0, 1, 2, 3))),
        new("Rotate90", "turns modulo 4", [[3, 4, 4, 1]], t => t[0].Rotate90(Turns(t[0], -1, 5, 6))),
        new("Rotate90", "by quarters", [[6, 3, 3, 2]], t => t[0].RotateQuarters(out _)),
        new("Rotate90", "one pixel", [[2, 1, 1, 3]], t => t[0].Rotate90(Turns(t[0], 3, 2))),
    ];

    public static Refusal[] Refusals { get; } =
    [
        new("images that are not square", d => d.Of(1, 3, 4, 2).Rotate90(d.Ints(1)), "Rotate90", "(1, 3, 4, 2)", "not square"),
        new("quarters that are not square", d => d.Of(1, 3, 4, 2).RotateQuarters(out _), "RotateQuarters",
            "(1, 3, 4, 2)", "not square"),
        new("no images", d => d.Of(3, 3).Rotate90(d.Ints(3)), "Rotate90", "rank 4"),
        new("turns of another count", d => d.Of(2, 3, 3, 2).Rotate90(d.Ints(3)), "Rotate90", "turns", "(2)"),
        new("float turns", d => d.Of(2, 3, 3, 2).Rotate90(d.Of(2)), "Rotate90", "I32 is needed"),
        new("integer images", d => d.Ints(2, 3, 3, 2).Rotate90(d.Ints(2)), "Rotate90", "F32 is needed"),
        new("a batch of floats", d => d.Of(2, 3, 3, 2).GatherRotate(d.Ints(2), null, out _, out _),
            "GatherRotate", "U8 is needed"),
        new("a batch of images that are not square", d => Bytes(d, 1, 3, 4, 2).GatherRotate(d.Ints(1), null, out _, out _),
            "GatherRotate", "not square"),
        new("a batch at float indices", d => Bytes(d, 1, 3, 3, 2).GatherRotate(d.Of(1), null, out _, out _),
            "GatherRotate", "I32 is needed"),
        new("a batch at a table of indices", d => Bytes(d, 1, 3, 3, 2).GatherRotate(d.Ints(1, 1), null, out _, out _),
            "GatherRotate", "indices", "rank 1"),
        new("flips of another count", d => Bytes(d, 1, 3, 3, 2).GatherRotate(d.Ints(2), d.Ints(3), out _, out _),
            "GatherRotate", "flips", "(2)"),
        new("float flips", d => Bytes(d, 1, 3, 3, 2).GatherRotate(d.Ints(2), d.Of(2), out _, out _),
            "GatherRotate", "I32 is needed"),
    ];

    [Test]
    public void A_batch_from_bytes_is_what_its_parts_make_of_it()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var bytes = new byte[3 * 2 * 2];
        new Random(1).NextBytes(bytes);
        var upright = device.From(bytes, new Shape(3, 2, 2, 1)).GatherRotate(device.From([2, 0, 2, 1], new Shape(4)),
            device.From([0, 0, 1, 0], new Shape(4)), out var rotated, out var labels);
        int[] expected = [8, 9, 10, 11, 0, 1, 2, 3, 9, 8, 11, 10, 4, 5, 6, 7];
        Near.All(upright.ToArray(), [.. expected.Select(i => bytes[i] / 127.5 - 1)]);
        Assert.That(rotated.ToArray(), Is.EqualTo(upright.RotateQuarters(out _).ToArray()));
        Assert.That(labels.ToArray<int>(), Is.EqualTo(new[] { 0, 1, 2, 3 }));
    }

    static Tensor Bytes(Device d, params int[] dims) => d.Zeros(new Shape(dims), DType.U8);

    static Tensor Turns(Tensor on, params int[] turns) => on.Device.From(turns, new Shape(turns.Length));
}
