using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Ops;

sealed class GatherImagesTests
{
    public static Refusal[] Refusals { get; } =
    [
        new("a batch of floats", d => d.Of(2, 3, 3, 2).GatherImages(d.Ints(2)), "GatherImages", "U8 is needed"),
        new("a batch of images that are not square", d => Bytes(d, 1, 3, 4, 2).GatherImages(d.Ints(1)), "GatherImages",
            "(1, 3, 4, 2)", "not square"),
        new("a batch of no images", d => Bytes(d, 3, 3).GatherImages(d.Ints(1)), "GatherImages", "pixels", "rank 4"),
        new("a batch at float indices", d => Bytes(d, 1, 3, 3, 2).GatherImages(d.Of(1)), "GatherImages", "I32 is needed"),
        new("a batch at a table of indices", d => Bytes(d, 1, 3, 3, 2).GatherImages(d.Ints(1, 1)), "GatherImages", "indices",
            "rank 1"),
        new("flips of another count", d => Bytes(d, 1, 3, 3, 2).GatherImages(d.Ints(2), d.Ints(3)), "GatherImages", "flips",
            "(2)"),
        new("float flips", d => Bytes(d, 1, 3, 3, 2).GatherImages(d.Ints(2), d.Of(2)), "GatherImages", "I32 is needed"),
        new("turns of a batch of another count", d => Bytes(d, 1, 3, 3, 2).GatherImages(d.Ints(2), null, d.Ints(3), out _),
            "GatherImages", "turns", "(2)"),
        new("float turns of a batch", d => Bytes(d, 1, 3, 3, 2).GatherImages(d.Ints(2), null, d.Of(2), out _), "GatherImages",
            "I32 is needed"),
    ];

    [Test]
    public void A_batch_from_bytes_is_what_its_parts_make_of_it()
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var bytes = new byte[3 * 2 * 2];
        new Random(1).NextBytes(bytes);
        var (pixels, indices, flips) = (device.From(bytes, new Shape(3, 2, 2, 1)), device.From([2, 0, 2, 1], new Shape(4)),
            device.From([0, 0, 1, 0], new Shape(4)));
        var turns = device.From([3, 0, -3, 6], new Shape(4));
        var upright = pixels.GatherImages(indices, flips, turns, out var rotated);
        int[] expected = [8, 9, 10, 11, 0, 1, 2, 3, 9, 8, 11, 10, 4, 5, 6, 7];
        Near.All(upright.ToArray(), [.. expected.Select(i => bytes[i] / 127.5 - 1)]);
        Assert.That(rotated.ToArray(), Is.EqualTo(upright.Rotate90(turns).ToArray()));
        Assert.That(pixels.GatherImages(indices, flips).ToArray(), Is.EqualTo(upright.ToArray()));
    }

    [Test]
    public void Turned_images_take_memory_only_where_they_are_wanted([Values] bool turned)
    {
        using var device = Device.Cpu(1);
        using var scope = device.Scope();
        var (pixels, indices) = (Bytes(device, 2, 16, 16, 3), device.Ints(4));
        long before = device.Pool.LiveBytes;
        if (turned) pixels.GatherImages(indices, null, indices, out _);
        else pixels.GatherImages(indices);
        Assert.That(device.Pool.LiveBytes - before, Is.EqualTo((turned ? 2 : 1) * 4 * 16 * 16 * 3 * sizeof(float)));
    }

    static Tensor Bytes(Device d, params int[] dims) => d.Zeros(new Shape(dims), DType.U8);
}
