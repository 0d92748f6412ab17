namespace Ssgan.Engine.Serialization.Numpy;

/// <summary>
/// Parses the dictionary of a .npy header: three keys in any order, of a text, a truth value and a tuple of whole numbers. It is
/// Python, of which nothing else may be there.
/// </summary>
ref struct NpyParser(string file, string text)
{
    ReadOnlySpan<char> _rest = text;

    public NpyHeader Header()
    {
        string? descr = null;
        bool? fortran = null;
        List<long>? shape = null;
        Expect('{');
        while (!Take('}'))
        {
            string key = Text();
            Expect(':');
            switch (key)
            {
                case "descr" when descr is null: descr = Text(); break;
                case "fortran_order" when fortran is null: fortran = Truth(); break;
                case "shape" when shape is null: shape = Tuple(); break;
                default: throw Damaged($"has the key {TensorFileException.Quote(key)}, which is unknown or there twice");
            }
            if (Take(',')) continue;
            Expect('}');
            break;
        }
        if (!_rest.Trim(" \n").IsEmpty) throw Damaged("goes on behind its dictionary");
        return NpyHeader.Of(file, descr, fortran, shape);
    }

    string Text()
    {
        SkipSpace();
        if (_rest is not ['\'' or '"', ..]) throw Damaged("has no text where one should be");
        int length = _rest[1..].IndexOf(_rest[0]);
        if (length < 0) throw Damaged("has a text without an end");
        string found = _rest.Slice(1, length).ToString();
        _rest = _rest[(length + 2)..];
        return found;
    }

    bool Truth()
    {
        SkipSpace();
        bool value = _rest.StartsWith("True");
        if (!value && !_rest.StartsWith("False")) throw Damaged("has no truth value where one should be");
        _rest = _rest[(value ? 4 : 5)..];
        return value;
    }

    List<long> Tuple()
    {
        var items = new List<long>();
        Expect('(');
        while (!Take(')'))
        {
            SkipSpace();
            int digits = _rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !long.TryParse(_rest[..digits], out long value))
                throw Damaged("has a shape with what is no whole number");
            items.Add(value);
            _rest = _rest[digits..];
            if (_rest.StartsWith("L")) _rest = _rest[1..]; // As Python 2 wrote long numbers.
            if (Take(',')) continue;
            Expect(')');
            break;
        }
        return items;
    }

    void Expect(char c)
    {
        if (!Take(c)) throw Damaged($"has no '{c}' where one should be");
    }

    bool Take(char c)
    {
        SkipSpace();
        if (_rest.IsEmpty || _rest[0] != c) return false;
        _rest = _rest[1..];
        return true;
    }

    void SkipSpace() => _rest = _rest.TrimStart(' ');

    readonly TensorFileException Damaged(string what) => TensorFileException.File(file, $"its header {what}");
}
