using System.Runtime.InteropServices;

namespace Ssgan.Engine.Interop;

/// <summary>DLPackVersion of dlpack.h 1.0.</summary>
[StructLayout(LayoutKind.Sequential)]
struct DLPackVersion
{
    public uint Major, Minor;
}

/// <summary>DLDevice: 1 is the host, 2 CUDA, 3 host memory that CUDA has pinned, 13 memory that CUDA manages.</summary>
[StructLayout(LayoutKind.Sequential)]
struct DLDevice
{
    public const int Cpu = 1, Cuda = 2, CudaHost = 3, CudaManaged = 13;
    public int Type, Id;
}

/// <summary>DLDataType: a code (0 signed, 1 unsigned, 2 float, 4 bfloat, 6 bool), bits of a lane, lanes.</summary>
[StructLayout(LayoutKind.Sequential)]
struct DLDataType
{
    public byte Code, Bits;
    public ushort Lanes;
}

/// <summary>DLTensor; strides count elements, and NULL means dense and row-major.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct DLTensor
{
    public nint Data;
    public DLDevice Device;
    public int Rank;
    public DLDataType Type;
    public long* Shape, Strides;
    public ulong ByteOffset;
}

/// <summary>DLManagedTensorVersioned: who takes it calls the deleter once, when it is done with the memory.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct DLManagedTensorVersioned
{
    public const ulong ReadOnly = 1;
    public DLPackVersion Version;
    public nint Context;
    public delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void> Deleter;
    public ulong Flags;
    public DLTensor Tensor;
}
