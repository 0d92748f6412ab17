using System.Runtime.InteropServices;
using System.Text;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Tests.OwnCode;

/// <summary>
/// An emulated machine with a library of NVRTC's functions that compiles nothing: it notes what it is asked and answers with PTX
/// that the test gives. It checks the order of calls, and that programs are destroyed.
/// </summary>
sealed unsafe class ScriptedCompiler : ISymbolSource
{
    delegate int Ints(int* to);
    delegate int Create(nint* program, byte* source, byte* name, int headers, byte** texts, byte** names);
    delegate int Destroy(nint* program);
    delegate int Compile(nint program, int count, byte** options);
    delegate int Size(nint program, nuint* size);
    delegate int Text(nint program, byte* to);
    delegate nint Name(int status);

    readonly ISymbolSource _machine;
    readonly Dictionary<string, Delegate> _exports;
    readonly nint _error = Marshal.StringToCoTaskMemUTF8("NVRTC_ERROR_SCRIPTED");

    public ScriptedCompiler(ISymbolSource machine, string ptx, int status = 0, string log = "", params int[] architectures)
    {
        _machine = machine;
        int[] known = architectures.Length == 0 ? [75, 80, 90] : architectures;
        byte[] answer = Encoding.UTF8.GetBytes(ptx + '\0'), said = Encoding.UTF8.GetBytes(log + "\n\0");
        _exports = new()
        {
            ["nvrtcGetNumSupportedArchs"] = new Ints(to => Set(to, known.Length)),
            ["nvrtcGetSupportedArchs"] = new Ints(to => Copy(known, to)),
            ["nvrtcCreateProgram"] = new Create((program, source, name, headers, _, _) =>
            {
                Sources.Add((Marshal.PtrToStringUTF8((nint)name)!, Marshal.PtrToStringUTF8((nint)source)!));
                Live++;
                *program = 0x77;
                return headers;
            }),
            ["nvrtcDestroyProgram"] = new Destroy(program => Is(*program, () => Live--)),
            ["nvrtcCompileProgram"] = new Compile((program, count, options) =>
            {
                for (int i = 0; i < count; i++) Options.Add(Marshal.PtrToStringUTF8((nint)options[i])!);
                return program == 0x77 ? status : 3;
            }),
            ["nvrtcGetPTXSize"] = new Size((program, size) => Is(program, () => *size = (nuint)answer.Length)),
            ["nvrtcGetPTX"] = new Text((program, to) => Is(program, () => Marshal.Copy(answer, 0, (nint)to, answer.Length))),
            ["nvrtcGetProgramLogSize"] = new Size((program, size) => Is(program, () => *size = (nuint)said.Length)),
            ["nvrtcGetProgramLog"] = new Text((program, to) => Is(program, () => Marshal.Copy(said, 0, (nint)to, said.Length))),
            ["nvrtcGetErrorString"] = new Name(_ => _error),
        };
    }

    public List<(string Name, string Text)> Sources { get; } = [];

    public List<string> Options { get; } = [];

    /// <summary>Programs that were not destroyed.</summary>
    public int Live { get; private set; }

    public LibraryLookup Open(CudaLibrary library) =>
        library == CudaLibrary.Nvrtc ? new("scripted", ["scripted"]) : _machine.Open(library);

    public nint Find(CudaLibrary library, string symbol) => library == CudaLibrary.Nvrtc
        ? _exports.TryGetValue(symbol, out var call) ? Marshal.GetFunctionPointerForDelegate(call) : 0
        : _machine.Find(library, symbol);

    static int Set(int* to, int value)
    {
        *to = value;
        return 0;
    }

    static int Copy(int[] values, int* to)
    {
        Marshal.Copy(values, 0, (nint)to, values.Length);
        return 0;
    }

    // NVRTC_ERROR_INVALID_PROGRAM.
    static int Is(nint program, Action then)
    {
        if (program != 0x77) return 4;
        then();
        return 0;
    }
}
