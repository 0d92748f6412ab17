using System.Buffers.Binary;

namespace Ssgan.Emulator;

/// <summary>A module on a device: its global and constant variables live in that device's memory until it is disposed.</summary>
sealed class ModuleInstance : IDisposable
{
    readonly Dictionary<string, Allocation> _variables = [];
    readonly DeviceMemory _memory;

    internal ModuleInstance(PtxModule module, DeviceMemory memory)
    {
        Module = module;
        _memory = memory;
        var inMemory = module.Variables.Where(variable => variable.Space != PtxSpace.Shared && variable.Bytes > 0).ToArray();
        foreach (var variable in inMemory)
            _variables[variable.Name] = memory.AllocateVariable(variable.Name, variable.Bytes,
                variable.Space == PtxSpace.Constant);
        foreach (var variable in inMemory) memory.Write(_variables[variable.Name].Address, Initial(variable));
    }

    public PtxModule Module { get; }

    /// <summary>Where a variable of the module lives and how large it is; false when there is none of that name.</summary>
    public bool TryFind(string name, out ulong address, out long bytes)
    {
        bool found = _variables.TryGetValue(name, out var variable);
        (address, bytes) = found ? (variable!.Address, variable.Size) : (0, 0);
        return found;
    }

    public void Dispose()
    {
        foreach (var variable in _variables.Values) _memory.Free(variable.Address);
        _variables.Clear();
    }

    byte[] Initial(PtxVariable variable)
    {
        byte[] bytes = new byte[variable.Bytes];
        int size = variable.Type.Bytes();
        Span<byte> element = stackalloc byte[8];
        for (int i = 0; i < variable.Initial.Length; i++)
        {
            var (symbol, bits) = variable.Initial[i];
            BinaryPrimitives.WriteUInt64LittleEndian(element, symbol is null ? bits : _variables[symbol].Address + bits);
            element[..size].CopyTo(bytes.AsSpan(i * size));
        }
        return bytes;
    }
}
