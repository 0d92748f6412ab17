using System.Buffers.Binary;
using System.Text;

namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>
/// Python's pickle machine, cut down to the instructions that dictionaries of tensors are written with, those which PyTorch's own
/// restricted reader takes. Nothing is ever looked up or constructed by a name in the file: names are handed to
/// <see cref="PthObjects"/>, which knows a dozen. Every length is held against the file before memory is taken for it.
/// </summary>
sealed class PickleReader(Stream stream, PthObjects objects)
{
    // Far above what any network needs: some twenty values a tensor.
    const int MaxValues = 1 << 20, MaxMarks = 1 << 10, MaxText = 1 << 20;

    readonly List<object?> _stack = [];
    readonly Stack<int> _marks = new();
    readonly Dictionary<uint, object?> _memo = [];
    int _values;

    /// <summary>Reads one pickle and leaves the stream behind its end.</summary>
    public object? Read()
    {
        while (true)
        {
            byte code = Byte();
            if (code == PickleOpcode.Stop)
            {
                object? result = Pop();
                if (_stack.Count > 0 || _marks.Count > 0) throw objects.Damaged("its pickle ends with values left");
                return result;
            }
            Execute(code);
        }
    }

    void Execute(byte code)
    {
        switch (code)
        {
            case PickleOpcode.Proto: Byte(); break;
            case PickleOpcode.None: Push(null); break;
            case PickleOpcode.NewTrue: Push(true); break;
            case PickleOpcode.NewFalse: Push(false); break;
            case PickleOpcode.BinInt: Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case PickleOpcode.BinInt1: Push((long)Byte()); break;
            case PickleOpcode.BinInt2: Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case PickleOpcode.Long1: Push(Long(Bytes(Byte()))); break;
            case PickleOpcode.BinFloat: Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;
            case PickleOpcode.BinUnicode: Push(Encoding.UTF8.GetString(Bytes(Unsigned()))); break;
            case PickleOpcode.ShortBinString: Push(Encoding.Latin1.GetString(Bytes(Byte()))); break;
            case PickleOpcode.EmptyTuple: Push(new PickleTuple([])); break;
            case PickleOpcode.EmptyList or PickleOpcode.EmptySet: Push(new PickleList([])); break;
            case PickleOpcode.EmptyDict: Push(new PickleDict([])); break;
            case PickleOpcode.Mark:
                if (_marks.Count == MaxMarks) throw objects.Damaged($"its pickle is nested deeper than {MaxMarks}");
                _marks.Push(_stack.Count);
                break;
            case PickleOpcode.Tuple: Push(new PickleTuple(PopMarked())); break;
            case PickleOpcode.Tuple1 or PickleOpcode.Tuple2 or PickleOpcode.Tuple3:
                Push(new PickleTuple(PopLast(code - PickleOpcode.Tuple1 + 1)));
                break;
            case PickleOpcode.Append: Fill(PopLast(1)); break;
            case PickleOpcode.SetItem: Fill(PopLast(2)); break;
            case PickleOpcode.Appends or PickleOpcode.SetItems: Fill(PopMarked()); break;
            case PickleOpcode.BinPut: Remember(Byte()); break;
            case PickleOpcode.LongBinPut: Remember(Unsigned()); break;
            case PickleOpcode.BinGet: Push(Remembered(Byte())); break;
            case PickleOpcode.LongBinGet: Push(Remembered(Unsigned())); break;
            case PickleOpcode.Global: Push(objects.Global(Line(), Line())); break;
            case PickleOpcode.BinPersId: Push(objects.Persistent(Pop())); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj:
                object? arguments = Pop();
                Push(objects.Call(Pop(), arguments));
                break;
            case PickleOpcode.Build:
                // Attributes of a dictionary, such as a state dictionary's _metadata.
                Pop();
                if (Top() is not PickleDict) throw objects.Damaged("its pickle sets attributes of what is no dictionary");
                break;
            default: throw objects.Damaged($"its pickle has the instruction {PickleOpcode.Name(code)}, which no tensors need");
        }
    }

    /// <summary>Appends to the list, or pairs to the dictionary, that is now on top.</summary>
    void Fill(object?[] items)
    {
        switch (Top())
        {
            case PickleList list: list.Items.AddRange(items); break;
            case PickleDict dict when items.Length % 2 == 0:
                for (int i = 0; i < items.Length; i += 2) dict.Items.Add((items[i], items[i + 1]));
                break;
            default: throw objects.Damaged("its pickle adds to what is no list or dictionary");
        }
    }

    void Push(object? value)
    {
        if (++_values > MaxValues) throw objects.Damaged($"its pickle has more than {MaxValues} values");
        _stack.Add(value);
    }

    object? Pop()
    {
        object? top = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    // What lies below the last mark belongs to whoever made it.
    object? Top() => _stack.Count > (_marks.Count == 0 ? 0 : _marks.Peek()) ? _stack[^1] : throw Missing();

    object?[] PopMarked()
    {
        if (!_marks.TryPop(out int mark)) throw Missing();
        return PopLast(_stack.Count - mark);
    }

    object?[] PopLast(int count)
    {
        if (_stack.Count - count < (_marks.Count == 0 ? 0 : _marks.Peek())) throw Missing();
        object?[] items = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    void Remember(uint place)
    {
        if (_memo.Count == MaxValues) throw objects.Damaged($"its pickle keeps more than {MaxValues} values");
        _memo[place] = Top();
    }

    object? Remembered(uint place) => _memo.TryGetValue(place, out object? value) ? value
        : throw objects.Damaged($"its pickle takes value {place} before it has it");

    byte Byte() => stream.ReadByte() is >= 0 and var b ? (byte)b : throw CutOff();

    uint Unsigned() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    byte[] Bytes(uint count)
    {
        if (count > MaxText) throw objects.Damaged($"its pickle has a text of {count} bytes, more than the {MaxText} allowed");
        if (count > stream.Length - stream.Position) throw CutOff();
        byte[] bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A little-endian number of any length; one beyond 64 bits counts nothing here.</summary>
    static object Long(byte[] bytes)
    {
        if (bytes.Length > sizeof(long)) return PickleOther.Value;
        long value = bytes.Length > 0 && bytes[^1] >= 0x80 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--) value = value << 8 | bytes[i];
        return value;
    }

    string Line()
    {
        const int longest = 256;
        var text = new StringBuilder();
        for (byte b; (b = Byte()) != '\n';)
        {
            if (text.Length == longest) throw objects.Damaged($"its pickle names a class of over {longest} letters");
            text.Append((char)b);
        }
        return text.ToString();
    }

    TensorFileException Missing() => objects.Damaged("its pickle takes more values than it has");

    TensorFileException CutOff() => objects.Damaged("its pickle is cut off");
}
