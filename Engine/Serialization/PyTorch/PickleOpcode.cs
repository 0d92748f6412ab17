namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>Instructions of Python's pickle machine (pickle.py of Python 3.8 and later).</summary>
static class PickleOpcode
{
    public const byte Mark = (byte)'(', Stop = (byte)'.', Append = (byte)'a', Appends = (byte)'e', Build = (byte)'b',
        Global = (byte)'c', Reduce = (byte)'R', None = (byte)'N', BinPersId = (byte)'Q', SetItem = (byte)'s',
        SetItems = (byte)'u', BinFloat = (byte)'G', BinInt = (byte)'J', BinInt1 = (byte)'K', BinInt2 = (byte)'M',
        BinUnicode = (byte)'X', ShortBinString = (byte)'U', EmptyDict = (byte)'}', EmptyList = (byte)']',
        EmptyTuple = (byte)')', Tuple = (byte)'t', BinGet = (byte)'h', LongBinGet = (byte)'j', BinPut = (byte)'q',
        LongBinPut = (byte)'r', Proto = 0x80, NewObj = 0x81, Tuple1 = 0x85, Tuple2 = 0x86, Tuple3 = 0x87, NewTrue = 0x88,
        NewFalse = 0x89, Long1 = 0x8A, EmptySet = 0x8F;

    /// <summary>What Python calls an instruction that is not executed here.</summary>
    public static string Name(byte code) => code switch
    {
        (byte)'0' => "POP",
        (byte)'1' => "POP_MARK",
        (byte)'2' => "DUP",
        (byte)'F' => "FLOAT",
        (byte)'I' => "INT",
        (byte)'L' => "LONG",
        (byte)'P' => "PERSID",
        (byte)'S' => "STRING",
        (byte)'T' => "BINSTRING",
        (byte)'V' => "UNICODE",
        (byte)'B' => "BINBYTES",
        (byte)'C' => "SHORT_BINBYTES",
        (byte)'d' => "DICT",
        (byte)'l' => "LIST",
        (byte)'g' => "GET",
        (byte)'p' => "PUT",
        (byte)'i' => "INST",
        (byte)'o' => "OBJ",
        0x82 or 0x83 or 0x84 => $"EXT{1 << (code - 0x82)}",
        0x8B => "LONG4",
        0x8C => "SHORT_BINUNICODE",
        0x8D => "BINUNICODE8",
        0x8E => "BINBYTES8",
        0x90 => "ADDITEMS",
        0x91 => "FROZENSET",
        0x92 => "NEWOBJ_EX",
        0x93 => "STACK_GLOBAL",
        0x94 => "MEMOIZE",
        0x95 => "FRAME",
        0x96 => "BYTEARRAY8",
        0x97 => "NEXT_BUFFER",
        0x98 => "READONLY_BUFFER",
        _ => $"0x{code:X2}",
    };
}
