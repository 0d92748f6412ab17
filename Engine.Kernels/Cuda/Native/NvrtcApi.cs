using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ssgan.Engine.Kernels.Cuda.Native;

/// <summary>
/// The functions of NVRTC, the compiler of CUDA C++, that we call; a field is the exported name without "nvrtc". All return a
/// status. It needs no driver.
/// </summary>
sealed unsafe class NvrtcApi
{
    public const int Success = 0, CompilationError = 6;

    public readonly delegate* unmanaged<int*, int> GetNumSupportedArchs;
    /// <summary>Ten times the major number plus the minor number of each, rising.</summary>
    public readonly delegate* unmanaged<int*, int> GetSupportedArchs;
    /// <summary>out program, source, name, number of headers, their texts, their names.</summary>
    public readonly delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int> CreateProgram;
    public readonly delegate* unmanaged<nint*, int> DestroyProgram;
    /// <summary>program, number of options, options.</summary>
    public readonly delegate* unmanaged<nint, int, byte**, int> CompileProgram;
    /// <summary>With the NUL at its end.</summary>
    public readonly delegate* unmanaged<nint, nuint*, int> GetPtxSize;
    public readonly delegate* unmanaged<nint, byte*, int> GetPtx;
    public readonly delegate* unmanaged<nint, nuint*, int> GetProgramLogSize;
    public readonly delegate* unmanaged<nint, byte*, int> GetProgramLog;
    readonly delegate* unmanaged<int, byte*> _getErrorString;

    /// <summary>Loads NVRTC.</summary>
    public NvrtcApi(ISymbolSource source)
    {
        var find = new Exports(source, CudaLibrary.Nvrtc);
        GetNumSupportedArchs = (delegate* unmanaged<int*, int>)find["nvrtcGetNumSupportedArchs"];
        GetSupportedArchs = (delegate* unmanaged<int*, int>)find["nvrtcGetSupportedArchs"];
        CreateProgram = (delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int>)find["nvrtcCreateProgram"];
        DestroyProgram = (delegate* unmanaged<nint*, int>)find["nvrtcDestroyProgram"];
        CompileProgram = (delegate* unmanaged<nint, int, byte**, int>)find["nvrtcCompileProgram"];
        GetPtxSize = (delegate* unmanaged<nint, nuint*, int>)find["nvrtcGetPTXSize"];
        GetPtx = (delegate* unmanaged<nint, byte*, int>)find["nvrtcGetPTX"];
        GetProgramLogSize = (delegate* unmanaged<nint, nuint*, int>)find["nvrtcGetProgramLogSize"];
        GetProgramLog = (delegate* unmanaged<nint, byte*, int>)find["nvrtcGetProgramLog"];
        _getErrorString = (delegate* unmanaged<int, byte*>)find["nvrtcGetErrorString"];
    }

    /// <summary>Throws what a status means.</summary>
    public void Check(int status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status == Success) return;
        throw new DeviceException($"{NativeCall.Name("nvrtc", call)} failed with {Text(status)} ({status}).");
    }

    /// <summary>The name of a status.</summary>
    public string Text(int status) => Marshal.PtrToStringUTF8((nint)_getErrorString(status)) ?? "an unknown status";
}
