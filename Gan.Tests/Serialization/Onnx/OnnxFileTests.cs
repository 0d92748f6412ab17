using System.Runtime.InteropServices;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.Onnx;
using Ssgan.Tests.Golden;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Serialization.Onnx;

/// <summary>Initializers and nodes are read as their writers meant them, and what is no model is refused in a sentence.</summary>
sealed class OnnxFileTests
{
    const int Graph = 7, Node = 1, Initializer = 5;

    static OnnxFile Model(ProtoBytes graph) => OnnxFile.Read(new ProtoBytes().Number(1, 8).Message(Graph, graph).ToArray(), "m");

    static OnnxFile Holding(ProtoBytes tensor) => Model(new ProtoBytes().Message(Initializer, tensor.Text(8, "w")));

    static byte[] Bytes<T>(params T[] values) where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();

    [Test]
    public void What_PyTorch_exports_is_read()
    {
        var golden = GoldenFile.Load("formats/values");
        using var file = OnnxFile.Open(GoldenFile.PathOf("formats/net.onnx"));
        string[] layers = golden.Under("onnx");
        Assert.That(file.Entries.Select(static e => e.Name), Is.EquivalentTo(layers));
        foreach (string name in layers)
        {
            Assert.That(file[name].ReadF32(), Is.EqualTo(golden.F32("onnx/" + name)), name);
            Assert.That(file[name].Shape.ToArray(), Is.EqualTo(golden.Shape("onnx/" + name)), name);
        }
        Assert.That(file.Nodes.Select(static n => n.OpType),
            Is.EqualTo(new[] { "Conv", "BatchNormalization", "LeakyRelu", "Flatten", "Gemm" }));
        var conv = file.Nodes[0];
        Assert.That(conv.Inputs.Skip(1), Is.EqualTo(new[] { "0.weight", "0.bias" }));
        Assert.That(conv.Outputs[0], Is.EqualTo(file.Nodes[1].Inputs[0]));
        Assert.That(conv.Attributes["strides"].Ints, Is.EqualTo(new[] { 2, 2 }));
        Assert.That(conv.Attributes["group"].Ints, Is.EqualTo(new[] { 1 }));
        Assert.That(file.Nodes[2].Attributes["alpha"].Floats, Is.EqualTo(new[] { 0.25f }));
    }

    static IEnumerable<TestCaseData> Ways()
    {
        static TestCaseData Case(string name, FileDType type, ProtoBytes tensor, byte[] bytes) =>
            new TestCaseData(type, tensor, bytes).SetArgDisplayNames(name);
        ProtoBytes Tensor(int type) => new ProtoBytes().Number(1, 2).Number(1, 1).Number(2, type);
        byte[] singles = Bytes(1.5f, -2);

        yield return Case("raw F32", FileDType.F32, Tensor(1).Bytes(9, singles), singles);
        yield return Case("packed dims", FileDType.F32, new ProtoBytes().Packed(1, 2, 1).Number(2, 1).Bytes(9, singles), singles);
        yield return Case("float_data", FileDType.F32, Tensor(1).Bytes(4, singles), singles);
        yield return Case("float_data one by one", FileDType.F32, Tensor(1).Single(4, 1.5f).Single(4, -2), singles);
        yield return Case("double_data", FileDType.F64, Tensor(11).Bytes(10, Bytes(0.1, -1e300)), Bytes(0.1, -1e300));
        yield return Case("raw I64", FileDType.I64, Tensor(7).Bytes(9, Bytes(1L, long.MinValue)), Bytes(1L, long.MinValue));
        yield return Case("int64_data", FileDType.I64, Tensor(7).Packed(7, -5, 1L << 40), Bytes(-5L, 1L << 40));
        yield return Case("int64_data one by one", FileDType.I64, Tensor(7).Number(7, 3).Number(7, -4), Bytes(3L, -4L));
        yield return Case("int32_data", FileDType.I32, Tensor(6).Packed(5, -1, 70_000), Bytes(-1, 70_000));
        yield return Case("F16 in int32_data", FileDType.F16, Tensor(10).Packed(5, 0x3C00, 0xC000), Bytes(Half.One, (Half)(-2)));
        yield return Case("raw F16", FileDType.F16, Tensor(10).Bytes(9, Bytes(Half.One, Half.Zero)), Bytes(Half.One, Half.Zero));
        yield return Case("raw BF16", FileDType.BF16, Tensor(16).Bytes(9, Bytes<ushort>(0x3F80, 0)), Bytes<ushort>(0x3F80, 0));
        yield return Case("bytes", FileDType.U8, Tensor(2).Packed(5, 255, 7), [255, 7]);
        yield return Case("truth", FileDType.Bool, Tensor(9).Bytes(9, [1, 0]), [1, 0]);
    }

    [TestCaseSource(nameof(Ways))]
    public void Every_way_of_storing_values_is_read(FileDType type, ProtoBytes tensor, byte[] bytes)
    {
        using var file = Holding(tensor);
        var entry = file["w"];
        Assert.That((entry.DType, entry.Count), Is.EqualTo((type, 2L)));
        Assert.That(entry.Shape.ToArray(), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(entry.ReadBytes(), Is.EqualTo(bytes));
        byte[] last = new byte[type.Size()];
        entry.Read(last, type.Size());
        Assert.That(last, Is.EqualTo(bytes[type.Size()..]));
    }

    [Test]
    public void Scalars_and_empty_tensors_are_read()
    {
        using var scalar = Holding(new ProtoBytes().Number(2, 1).Single(4, 3));
        Assert.That((scalar["w"].Shape.Length, scalar["w"].ReadF32()[0]), Is.EqualTo((0, 3f)));
        using var empty = Holding(new ProtoBytes().Number(1, 0).Number(2, 1));
        Assert.That(empty["w"].ReadF32(), Is.Empty);
    }

    [Test]
    public void Settings_of_a_node_are_lists_of_their_type()
    {
        var node = new ProtoBytes().Text(1, "x").Text(1, "").Text(2, "y").Text(4, "Resize")
            .Message(5, new ProtoBytes().Text(1, "mode").Text(4, "linear"))
            .Message(5, new ProtoBytes().Text(1, "names").Text(9, "a").Text(9, "b"))
            .Message(5, new ProtoBytes().Text(1, "pads").Packed(8, 1, -2))
            .Message(5, new ProtoBytes().Text(1, "scales").Single(7, 1).Single(7, 2));
        using var file = Model(new ProtoBytes().Message(Node, node));
        var read = file.Nodes.Single();
        Assert.That((read.OpType, read.Name), Is.EqualTo(("Resize", "")));
        Assert.That(read.Inputs, Is.EqualTo(new[] { "x", "" }));
        Assert.That(read.Attributes["mode"].Strings, Is.EqualTo(new[] { "linear" }));
        Assert.That(read.Attributes["names"].Strings, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(read.Attributes["pads"].Ints, Is.EqualTo(new[] { 1, -2 }));
        Assert.That(read.Attributes["scales"].Floats, Is.EqualTo(new[] { 1f, 2 }));
    }

    static IEnumerable<TestCaseData> Bad()
    {
        static TestCaseData Case(string name, byte[] bytes, string message) =>
            new TestCaseData(bytes, message).SetArgDisplayNames(name);
        byte[] Graphs(params ProtoBytes[] graphs) =>
            graphs.Aggregate(new ProtoBytes(), static (model, graph) => model.Message(Graph, graph)).ToArray();
        byte[] Tensor(ProtoBytes tensor) => Graphs(new ProtoBytes().Message(Initializer, tensor.Text(8, "w")));
        ProtoBytes One(int type) => new ProtoBytes().Number(1, 1).Number(2, type);

        yield return Case("nothing", [], "it has no graph");
        yield return Case("text", [.. "PK"u8, 3, 4, 20], "no ONNX model");
        yield return Case("two graphs", Graphs(new(), new()), "it has two graphs");
        yield return Case("a length beyond", new ProtoBytes().Tag(Graph, 2).Varint(5).ToArray(), "claims 5 bytes where 0");
        yield return Case("a length beyond 63 bits", new ProtoBytes().Tag(Graph, 2).Varint(ulong.MaxValue).ToArray(), "claims");
        yield return Case("a length beyond its message",
            [.. Graphs(new ProtoBytes().Tag(Node, 2).Varint(3)), .. new byte[9]], "claims 3 bytes where 0 are left");
        yield return Case("an endless number", [0x08, .. Enumerable.Repeat((byte)0xFF, 11)], "more than 10 bytes");
        yield return Case("field 0", [0, 0], "impossible number");
        yield return Case("a group", new ProtoBytes().Tag(1, 3).ToArray(), "unknown way 3");
        yield return Case("strings", Tensor(One(8)), "entry 'w' is of type 8");
        yield return Case("too few values", Tensor(One(1).Bytes(9, new byte[3])), "has 3 bytes of data, but F32 (1) needs 4");
        yield return Case("too many numbers", Tensor(One(7).Packed(7, 1, 2)), "has 16 bytes of data, but I64 (1) needs 8");
        yield return Case("no values", Tensor(One(1)), "has 0 bytes of data");
        yield return Case("a negative size", Tensor(One(1).Number(1, -1)), "has a shape (1, -1) of impossible size");
        yield return Case("a huge size", Tensor(One(1).Number(1, 1L << 62)), "of impossible size");
        yield return Case("rank 33", Tensor(One(1).Packed(1, new long[32])), "more than 32 dimensions");
        yield return Case("values elsewhere", Tensor(One(1).Message(13, new())), "keeps its values in another file");
        yield return Case("values elsewhere, said", Tensor(One(1).Number(14, 1)), "keeps its values in another file");
        yield return Case("twice", Graphs(new ProtoBytes().Message(Initializer, One(1).Single(4, 1).Text(8, "w"))
            .Message(Initializer, One(1).Single(4, 1).Text(8, "w"))), "entry 'w' is there twice");
        yield return Case("twice the setting", Graphs(new ProtoBytes().Message(Node,
            new ProtoBytes().Message(5, new ProtoBytes().Text(1, "a")).Message(5, new ProtoBytes().Text(1, "a")))), "'a' twice");
        yield return Case("a long name", Graphs(new ProtoBytes().Message(Node, new ProtoBytes().Bytes(3, new byte[70_000]))),
            "a name has 70000 bytes");
    }

    [TestCaseSource(nameof(Bad))]
    public void Damage_is_named(byte[] bytes, string message) =>
        Assert.That(() => OnnxFile.Read(bytes, "m.onnx"), Throws.TypeOf<TensorFileException>()
            .With.Message.StartsWith("m.onnx: ").And.Message.Contains(message).And.Message.EndsWith("."));

    [Test]
    public void A_refused_file_is_closed()
    {
        using var temp = new TempFolder();
        string path = temp["m.onnx"];
        File.WriteAllBytes(path, [0, 0]);
        Assert.That(() => OnnxFile.Open(path), Throws.TypeOf<TensorFileException>());
        Assert.That(() => File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), Throws.Nothing);
    }
}
