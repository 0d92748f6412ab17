using System.Runtime.InteropServices;
using Ssgan.Engine.Serialization;

namespace Ssgan.Tests.Serialization;

/// <summary>Values that no network can compute with are refused by tensor and index.</summary>
public class FiniteValueTests
{
    static SafetensorsFile File(FileDType type, long[] shape, byte[] data)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream,
            [new SafetensorsItem("ok", [2], new[] { 1f, -0f }), new SafetensorsItem("w", type, shape, data)]);
        return SafetensorsFile.Read(stream.ToArray(), "f");
    }

    static byte[] Bytes<T>(params T[] values) where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();

    static IEnumerable<TestCaseData> Bad()
    {
        TestCaseData Case(FileDType type, byte[] data, string message) =>
            new TestCaseData(type, data, message).SetArgDisplayNames($"{type} {message}");
        yield return Case(FileDType.F32, Bytes(1f, 2, 3, 4, float.NaN, 6), "holds NaN at [1, 1]");
        yield return Case(FileDType.F32, Bytes(1f, 2, float.PositiveInfinity, 4, 5, 6), "holds infinity at [0, 2]");
        yield return Case(FileDType.F32, Bytes(float.NegativeInfinity, float.NaN, 3, 4, 5, 6),
            "holds -infinity at [0, 0]");
        yield return Case(FileDType.F64, Bytes(1.0, 2, 3, 4, 5, 1e39), "holds 1E+39, which is beyond F32, at [1, 2]");
        yield return Case(FileDType.F64, Bytes(1.0, 2, 3, -3.5e38, 5, 6),
            "holds -3.5E+38, which is beyond F32, at [1, 0]");
        yield return Case(FileDType.F64, Bytes(1.0, double.NaN, 3, 4, 5, 6), "holds NaN at [0, 1]");
        yield return Case(FileDType.F64, Bytes(1.0, 2, 3, 4, 5, double.NegativeInfinity), "holds -infinity at [1, 2]");
        yield return Case(FileDType.F16, Bytes(Half.One, Half.One, Half.NaN, Half.One, Half.One, Half.One),
            "holds NaN at [0, 2]");
        // BF16's infinity is the upper half of a single's.
        yield return Case(FileDType.BF16, Bytes<ushort>(0, 0, 0, 0x7F80, 0, 0), "holds infinity at [1, 0]");
    }

    [TestCaseSource(nameof(Bad))]
    public void A_value_that_is_not_finite_is_named_with_its_tensor_and_index(FileDType type, byte[] data, string message)
    {
        using var file = File(type, [2, 3], data);
        string sentence = $"f: entry 'w' {message}; every value must be finite.";
        Assert.That(() => file["w"].ReadF32(), Throws.TypeOf<SafetensorsException>().With.Message.EqualTo(sentence));
        Assert.That(() => file["w"].CheckFinite(), Throws.TypeOf<SafetensorsException>().With.Message.EqualTo(sentence));
        Assert.That(file["w"].ReadBytes(), Is.EqualTo(data), "the bytes as such stay readable");
        Assert.That(() => file["ok"].CheckFinite(), Throws.Nothing);
    }

    [Test]
    public void The_largest_numbers_pass_and_a_scalar_has_no_index()
    {
        using var large = File(FileDType.F64, [3], Bytes(3.4028235677973362e38, -float.MaxValue, double.Epsilon));
        Assert.That(large["w"].ReadF32(), Is.EqualTo(new[] { float.MaxValue, -float.MaxValue, 0 }));
        using var scalar = File(FileDType.F32, [], Bytes(float.NaN));
        Assert.That(() => scalar["w"].ReadF32(), Throws.TypeOf<SafetensorsException>().With.Message.Contains("holds NaN at []"));
        using var integers = File(FileDType.I32, [1], Bytes(0x7FC00000));
        Assert.That(() => integers["w"].CheckFinite(nonNegative: true), Throws.Nothing);
    }

    [Test]
    public void A_check_in_pieces_finds_what_lies_far_in()
    {
        float[] values = new float[100_000];
        values[70_000] = -1e-45f;
        using var negative = File(FileDType.F32, [1000, 100], Bytes(values));
        Assert.That(() => negative["w"].CheckFinite(), Throws.Nothing);
        Assert.That(() => negative["w"].CheckFinite(nonNegative: true),
            Throws.TypeOf<SafetensorsException>()
                .With.Message.EqualTo("f: entry 'w' holds -1E-45 at [700, 0], and no value of it may be negative."));
        values[99_999] = float.NaN;
        using var last = File(FileDType.F32, [1000, 100], Bytes(values));
        Assert.That(() => last["w"].CheckFinite(),
            Throws.TypeOf<SafetensorsException>().With.Message.Contains("NaN at [999, 99]"));
    }
}
