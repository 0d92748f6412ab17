using System.IO.Compression;
using System.Text;
using Ssgan.Engine.Serialization;
using Ssgan.Engine.Serialization.PyTorch;

namespace Ssgan.Tests.Serialization.PyTorch;

/// <summary>What is damaged, hostile or no dictionary of tensors is refused in a sentence that names it.</summary>
sealed class PthRefusalTests
{
    static PickleBytes Pickle => new();

    /// <summary>A dictionary of one tensor "w".</summary>
    static PickleBytes Of(PickleBytes tensor) => Pickle.Op('}').Text("w").Then(tensor).Op('s');

    [Test]
    public void The_sound_one_is_read()
    {
        var pickle = Of(Pickle.Tensor([2, 3], [3, 1], 6));
        foreach (byte[] bytes in new[] { pickle.Archive(), pickle.Legacy(("0", 6, 24)) })
        {
            using var file = PthFile.Read(bytes, "f");
            Assert.That(file["w"].ReadF32(), Is.EqualTo(new float[6]));
        }
    }

    static IEnumerable<TestCaseData> Pickles()
    {
        static TestCaseData Case(string name, PickleBytes pickle, string message) =>
            new TestCaseData(pickle, message).SetArgDisplayNames(name);

        yield return Case("a system call", Pickle.Global("os", "system").Text("true").Op(0x85).Op('R'), "it holds 'os.system'");
        yield return Case("of Python 2", Pickle.Global("__builtin__", "eval").Text("1").Op(0x85).Op('R'),
            "it holds 'builtins.eval'");
        yield return Case("a network", Pickle.Global("__main__", "Net").Op(')').Op(0x81), "it holds '__main__.Net', and");
        yield return Case("another type", Pickle.Global("torch", "ComplexFloatStorage"), "'torch.ComplexFloatStorage'");
        yield return Case("a long class", Pickle.Global("m", new string('x', 300)), "names a class of over 256 letters");
        yield return Case("STACK_GLOBAL", Pickle.Text("os").Text("system").Op(0x93), "the instruction STACK_GLOBAL");
        yield return Case("INST", Pickle.Op('(').Op('i').Op("os\nsystem\n"u8.ToArray()), "the instruction INST");
        yield return Case("EXT", Pickle.Op(0x82, 1), "the instruction EXT1");
        yield return Case("an unknown instruction", Pickle.Op(0xFF), "the instruction 0xFF");
        yield return Case("nothing", Pickle, "more values than it has");
        yield return Case("too much", Pickle.Op('}').Op('}'), "ends with values left");
        yield return Case("an open mark", Pickle.Op('}').Op('('), "more values than it has");
        yield return Case("no mark", Pickle.Op('}').Op('u'), "more values than it has");
        yield return Case("below the mark", Pickle.Op('}').Op('(').Op('N').Op('N').Op('s').Op('t'), "more values than it has");
        yield return Case("a key without a value", Pickle.Op('}').Op('(').Text("a").Op('u'), "no list or dictionary");
        yield return Case("deep", Pickle.Op([.. Enumerable.Repeat((byte)'(', 1025)]), "nested deeper than 1024");
        yield return Case("a value it has not", Pickle.Op('h').Op(3), "takes value 3 before it has it");
        yield return Case("a text beyond the file", Pickle.Op('X').Op(0, 0, 1, 0).Op("ab"u8.ToArray()), "is cut off");
        yield return Case("a huge text", Pickle.Op('X').Op(0, 0, 0, 0x80), "a text of 2147483648 bytes");
        yield return Case("calls a text", Pickle.Text("f").Op(')').Op('R'), "calls what is no function");
        yield return Case("wrong arguments", Pickle.Global("torch._utils", "_rebuild_parameter").Op(')').Op('R'),
            "gives torch._utils._rebuild_parameter what it does not take");
        yield return Case("attributes of a text", Pickle.Text("a").Op('}').Op('b'), "sets attributes of what is no dictionary");
        yield return Case("no storage", Pickle.Text("0").Op('Q'), "refers to what is no storage");
        yield return Case("storage of no type", Pickle.Op('(').Text("storage").Global("torch", "Size").Text("0").Text("cpu")
            .Number(6).Op('t').Op('Q'), "torch.Size is no storage");
        yield return Case("pairs of one", Pickle.Global("collections", "OrderedDict").Op(']').Op('N').Op('a').Op(0x85).Op('R'),
            "what are no pairs");
        yield return Case("a tensor alone", Pickle.Tensor([6], [1], 6), "it holds one tensor, which has no name");
        yield return Case("a list", Pickle.Op(']'), "it holds no dictionary");
        yield return Case("no tensors", Pickle.Op('}').Text("a").Number(1).Op('s'), "it has no tensors by name");
        yield return Case("a part unasked", Pickle.Op('}').Text("ema").Then(Of(Pickle.Tensor([6], [1], 6))).Op('s'),
            "parts with tensors are 'ema'");
        yield return Case("a number's tensor", Pickle.Op('}').Number(1).Then(Pickle.Tensor([6], [1], 6)).Op('s'),
            "whose name is no text");
        yield return Case("beyond its storage", Of(Pickle.Tensor([2, 3], [4, 1], 6)), "reaches to element 7 of storage '0'");
        yield return Case("beyond by its begin", Of(Pickle.Tensor([6], [1], 6, 1)), "reaches to element 7");
        yield return Case("beyond by much", Of(Pickle.Tensor([int.MaxValue, 2], [int.MaxValue, 1], 6)), "reaches to element");
        yield return Case("beyond the file's", Of(Pickle.Tensor([7], [1], 7)), "entry 'w' reaches beyond its storage");
        yield return Case("repeated without end", Of(Pickle.Tensor([int.MaxValue], [0], 6)), "repeats a few values");
        yield return Case("a negative size", Of(Pickle.Tensor([-1], [1], 6)), "a size that is no whole number");
        yield return Case("a negative stride", Of(Pickle.Tensor([2], [-1], 6, 3)), "a size that is no whole number");
        yield return Case("strides too few", Of(Pickle.Tensor([2, 3], [1], 6)), "2 dimensions, 1 strides");
        yield return Case("rank 33", Of(Pickle.Tensor(new int[33], new int[33], 6)), "33 dimensions");
        yield return Case("a negative begin", Of(Pickle.Tensor([1], [1], 6, -1)), "begins at -1");
        yield return Case("an overflowing size", Of(Pickle.Tensor([int.MaxValue, int.MaxValue, 4], [0, 0, 0], 6)),
            "more bytes than 63 bits count");
        yield return Case("two types", Pickle.Op('}').Text("v").Then(Pickle.Tensor([1], [1], 3, 0, "DoubleStorage"))
            .Op('s').Text("w").Then(Pickle.Tensor([1], [1], 6)).Op('s'), "storage '0' is of two types");
        yield return Case("twice", Pickle.Op('}').Text("w").Then(Pickle.Tensor([1], [1], 6)).Op('s').Text("w")
            .Then(Pickle.Tensor([1], [1], 6)).Op('s'), "entry 'w' is there twice");
    }

    [TestCaseSource(nameof(Pickles))]
    public void A_pickle_is_refused_by_what_is_wrong(PickleBytes pickle, string message)
    {
        bool stores = pickle.ToArray().Contains((byte)'Q');
        foreach (byte[] bytes in new[] { pickle.Archive(), stores ? pickle.Legacy(("0", 6, 24)) : pickle.Legacy() })
        {
            Assert.That(() => PthFile.Read(bytes, "net.pth"), Throws.TypeOf<TensorFileException>()
                .With.Message.StartsWith("net.pth: ").And.Message.Contains(message).And.Message.EndsWith("."));
        }
    }

    [Test]
    public void Values_without_end_are_refused()
    {
        byte[] many = Pickle.Op([.. Enumerable.Repeat((byte)'N', (1 << 20) + 1)]).Archive();
        Assert.That(() => PthFile.Read(many, "f"),
            Throws.TypeOf<TensorFileException>().With.Message.Contains("more than 1048576 values"));
    }

    [Test]
    public void Archives_are_refused_by_what_is_wrong()
    {
        var pickle = Of(Pickle.Tensor([2, 3], [3, 1], 6));
        byte[] good = pickle.Archive();
        (byte[] Bytes, string Message)[] cases =
        [
            (pickle.Archive(level: CompressionLevel.Optimal), "is compressed"),
            (pickle.Archive(top: "a/b/"), "PyTorch file (.pth)"),
            (good[..^10], "the archive is damaged"),
            (Replaced(good, "a/data/0", "a/data/1"), "the record 'a/data/0' is missing"),
        ];
        foreach (var (bytes, message) in cases)
            Assert.That(() => PthFile.Read(bytes, "f"), Throws.TypeOf<TensorFileException>().With.Message.Contains(message));
    }

    [Test]
    public void Storages_of_the_older_form_are_refused_by_what_is_wrong()
    {
        var pickle = Of(Pickle.Tensor([2, 3], [3, 1], 6));
        (byte[] Bytes, string Message)[] cases =
        [
            (pickle.Legacy(("0", 6, 23)), "storage '0' is cut off"), (pickle.Legacy(("0", 7, 24)), "storage '0' is cut off"),
            (pickle.Legacy(("0", -1, 24)), "storage '0' is cut off"), (pickle.Legacy(("0", long.MaxValue, 24)), "is cut off"),
            (pickle.Legacy(), "storage '0' is missing"), (pickle.Legacy(("1", 6, 24)), "a storage that no tensor uses"),
            (pickle.Legacy(("0", 6, 24), ("0", 6, 24)), "storage '0' is there twice"),
            (pickle.Legacy(("0", 5, 24)), "entry 'w' reaches beyond its storage, which has 20 bytes"),
        ];
        foreach (var (bytes, message) in cases)
            Assert.That(() => PthFile.Read(bytes, "f"), Throws.TypeOf<TensorFileException>().With.Message.Contains(message));
    }

    static byte[] Replaced(byte[] bytes, string from, string to) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(bytes).Replace(from, to));
}
