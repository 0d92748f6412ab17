namespace Ssgan.Engine.Serialization.Protobuf;

/// <summary>How protobuf's wire format has a field.</summary>
enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>One field of a message.</summary>
/// <param name="Number">Which field of its message it is.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Value">A varint's value, else 0.</param>
/// <param name="Begin">Where in the file its payload begins.</param>
/// <param name="End">Where it ends.</param>
readonly record struct WireField(int Number, WireType Type, ulong Value, long Begin, long End)
{
    public long Length => End - Begin;
}
