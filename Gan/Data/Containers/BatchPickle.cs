using System.Buffers.Binary;

namespace Ssgan.Gan.Data.Containers;

/// <summary>
/// One batch of downsampled ImageNet as Python pickles it: a dictionary with "data", a NumPy array of bytes, and "labels", a
/// list. Python's pickle machine of protocols 2 to 4, cut down to what such dictionaries are written with; nothing is looked up
/// by a name in the file, and texts beyond <see cref="MaxHeld"/> bytes, the pixels, stay where they are.
/// </summary>
internal sealed class BatchPickle
{
    /// <summary>
    /// Bytes in the file; of Latin-1 as UTF-8, as Python 3 writes bytes in protocol 2, two for one from 128 on.
    /// </summary>
    internal sealed class Span(long offset, long bytes, bool isText)
    {
        internal long Offset => offset;

        internal long Bytes => bytes;

        internal bool IsText => isText;
    }

    const int MaxHeld = 1 << 12, MaxValues = 1 << 22, MaxMarks = 64, MaxLine = 256;

    sealed class Call(object? arguments)
    {
        internal object? Arguments => arguments;

        internal object? State { get; set; }
    }

    static readonly object s_mark = new();

    readonly FileStream _stream;
    readonly string _path;
    readonly List<object?> _stack = [];
    readonly Dictionary<uint, object?> _memo = [];
    int _values, _marks;

    BatchPickle(string path, FileStream stream) => (_path, _stream) = (path, stream);

    /// <summary>Where a file's pixels lie, and its labels.</summary>
    /// <exception cref="DatasetException">It is no such pickle, or damaged.</exception>
    internal static (Span Pixels, int[] Labels) Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        var pickle = new BatchPickle(path, stream);
        var items = pickle.Run() as List<object?> ?? throw pickle.Damaged("it is no dictionary");
        object? Item(string key)
        {
            for (int i = 0; i + 1 < items.Count; i += 2)
                if (pickle.Text(items[i]) == key) return items[i + 1];
            throw pickle.Damaged($"it has no \"{key}\"");
        }
        // ndarray.__setstate__ takes (version, shape, type, is Fortran's order, bytes).
        if (Item("data") is not Call { State: List<object?> { Count: 5 } state } || BytesOf(state[4]) is not { } pixels)
            throw pickle.Damaged("its data are no NumPy array");
        if (state[2] is not Call { Arguments: List<object?> type } || pickle.Text(type.ElementAtOrDefault(0)) != "u1"
            || state[3] is true)
            throw pickle.Damaged("its data are not bytes in C's order");
        if (Item("labels") is not List<object?> labels) throw pickle.Damaged("its labels are no list");
        int[] numbers = new int[labels.Count];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = labels[i] is long n and >= 0 and < int.MaxValue ? (int)n : throw pickle.Damaged("a label is no number");
        return (pixels, numbers);
    }

    /// <summary>In Python 3 bytes are pickled, in protocol 2, as the call codecs.encode(text, "latin1").</summary>
    static Span? BytesOf(object? value) => value switch
    {
        Span span => span,
        Call { Arguments: List<object?> { Count: > 0 } arguments } => arguments[0] as Span,
        _ => null,
    };

    string? Text(object? value)
    {
        if (BytesOf(value) is not { Bytes: <= MaxHeld } span) return null;
        long back = _stream.CanRead ? _stream.Position : 0;
        byte[] text = new byte[span.Bytes];
        _stream.Position = span.Offset;
        _stream.ReadExactly(text);
        _stream.Position = back;
        return System.Text.Encoding.Latin1.GetString(text);
    }

    object? Run()
    {
        for (int code; (code = _stream.ReadByte()) != '.';)
        {
            if (++_values > MaxValues) throw Damaged("it has more values than such a batch");
            Step(code);
        }
        return Pop();
    }

    void Step(int code)
    {
        switch (code)
        {
            case 0x80: Take(1); break;                                                // PROTO
            case 0x95: Take(8); break;                                                // FRAME
            case '(':
                if (++_marks > MaxMarks) throw Damaged("it is nested too deep");
                _stack.Add(s_mark);
                break;
            case 'N': _stack.Add(null); break;
            case 0x88 or 0x89: _stack.Add(code == 0x88); break;
            case 'J': _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case 'K': _stack.Add((long)Take(1)[0]); break;
            case 'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case 'U' or 'C': Skip(Take(1)[0], false); break;                          // SHORT_BINSTRING, SHORT_BINBYTES
            case 0x8C: Skip(Take(1)[0], true); break;                                 // SHORT_BINUNICODE
            case 'T' or 'B': Skip(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)), false); break;
            case 'X': Skip(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)), true); break;
            case 0x8E: Skip(BinaryPrimitives.ReadInt64LittleEndian(Take(8)), false); break;
            case '}' or ']' or ')': _stack.Add(new List<object?>()); break;
            case 't': _stack.Add(PopMarked()); break;
            case 0x85 or 0x86 or 0x87: _stack.Add(PopLast(code - 0x84)); break;
            case 'a': ListBelow(1); break;
            case 's': ListBelow(2); break;
            case 'e' or 'u':
                List<object?> items = PopMarked();
                if (Top() is not List<object?> list) throw Damaged("it adds to what is no list");
                list.AddRange(items);
                break;
            case 'q': _memo[Take(1)[0]] = Top(); break;
            case 'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Top(); break;
            case 0x94: _memo[(uint)_memo.Count] = Top(); break;                       // MEMOIZE
            case 'h': _stack.Add(Remembered(Take(1)[0])); break;
            case 'j': _stack.Add(Remembered(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
            case 'c':                                                                 // GLOBAL
                Line();
                Line();
                _stack.Add(null);
                break;
            case 0x93:                                                                // STACK_GLOBAL
                PopLast(2);
                _stack.Add(null);
                break;
            case 'R' or 0x81:
                object? arguments = Pop();
                Pop();
                _stack.Add(new Call(arguments));
                break;
            case 'b':
                object? state = Pop();
                if (Top() is not Call call) throw Damaged("it sets the state of what is no object");
                call.State = state;
                break;
            case < 0: throw Damaged("it is cut off");
            default: throw Damaged($"it has the instruction 0x{code:X2}, which no such batch needs");
        }
    }

    void ListBelow(int count)
    {
        List<object?> items = PopLast(count);
        if (Top() is not List<object?> list) throw Damaged("it adds to what is no list");
        list.AddRange(items);
    }

    object? Top() => _stack.Count > 0 && _stack[^1] != s_mark ? _stack[^1] : throw Damaged("it takes more values than it has");

    object? Pop()
    {
        object? top = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    List<object?> PopLast(int count)
    {
        var items = new List<object?>(count);
        for (int i = 0; i < count; i++) items.Insert(0, Pop());
        return items;
    }

    List<object?> PopMarked()
    {
        int mark = _stack.LastIndexOf(s_mark);
        if (mark < 0) throw Damaged("it takes more values than it has");
        List<object?> items = _stack[(mark + 1)..];
        _stack.RemoveRange(mark, _stack.Count - mark);
        _marks--;
        return items;
    }

    object? Remembered(uint place) =>
        _memo.TryGetValue(place, out object? value) ? value : throw Damaged($"it takes value {place} before it has it");

    void Skip(long bytes, bool text)
    {
        if (bytes < 0 || bytes > _stream.Length - _stream.Position) throw Damaged("it is cut off");
        _stack.Add(new Span(_stream.Position, bytes, text));
        _stream.Position += bytes;
    }

    byte[] Take(int count)
    {
        byte[] bytes = new byte[count];
        if (_stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) < count) throw Damaged("it is cut off");
        return bytes;
    }

    void Line()
    {
        for (int i = 0; _stream.ReadByte() is var b && b != '\n'; i++)
            if (b < 0 || i == MaxLine) throw Damaged("it names a class of too many letters");
    }

    DatasetException Damaged(string what) => new($"{_path} is no batch of downsampled ImageNet, or damaged: {what}.");
}
