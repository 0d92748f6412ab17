using System.Runtime.InteropServices;
using System.Text;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>NVRTC, where it is installed: CUDA C++ to PTX.</summary>
sealed unsafe class Nvrtc
{
    readonly NvrtcApi _api;

    /// <summary>Loads it.</summary>
    /// <exception cref="DeviceException">It is not installed; the message lists what was tried.</exception>
    public Nvrtc(ISymbolSource source) => _api = new(source);

    /// <summary>The PTX of a module's source for a compute capability, or for the newest before it that NVRTC knows.</summary>
    /// <exception cref="DeviceException">The source does not compile; the message holds the compiler's log.</exception>
    public string Compile(KernelModule module, int capability)
    {
        nint program = 0;
        var texts = new List<nint>();
        try
        {
            _api.Check(_api.CreateProgram(&program, Text(module.Source!, texts), Text(module.Name, texts), 0, null, null));
            string[] options = [$"--gpu-architecture=compute_{Architecture(capability)}", .. module.CompilerOptions];
            byte** pointers = stackalloc byte*[options.Length];
            for (int i = 0; i < options.Length; i++) pointers[i] = Text(options[i], texts);
            int status = _api.CompileProgram(program, options.Length, pointers);
            if (status == NvrtcApi.CompilationError)
                throw new DeviceException($"NVRTC does not compile {module.Name}:\n{Log(program)}");
            // A wrong option is a status of its own, and its log names it.
            if (status != NvrtcApi.Success)
                throw new DeviceException($"NVRTC refuses {module.Name} with {_api.Text(status)} ({status}): {Log(program)}");
            nuint size;
            _api.Check(_api.GetPtxSize(program, &size));
            var ptx = new byte[(int)size];
            fixed (byte* to = ptx) _api.Check(_api.GetPtx(program, to));
            return Encoding.UTF8.GetString(ptx).TrimEnd('\0');
        }
        finally
        {
            foreach (nint text in texts) Marshal.FreeCoTaskMem(text);
            if (program != 0) _api.Check(_api.DestroyProgram(&program));
        }
    }

    int Architecture(int capability)
    {
        int count;
        _api.Check(_api.GetNumSupportedArchs(&count));
        var known = new int[count];
        fixed (int* to = known) _api.Check(_api.GetSupportedArchs(to));
        int newest = known.Where(k => k <= capability).DefaultIfEmpty(0).Max();
        return newest > 0 ? newest : throw new DeviceException(
            $"This NVRTC compiles for no device of compute capability {capability / 10}.{capability % 10} or older; the oldest "
            + $"it knows is {known.Min() / 10}.{known.Min() % 10}.");
    }

    string Log(nint program)
    {
        nuint size;
        _api.Check(_api.GetProgramLogSize(program, &size));
        var log = new byte[(int)size];
        fixed (byte* to = log) _api.Check(_api.GetProgramLog(program, to));
        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
    }

    static byte* Text(string text, List<nint> texts)
    {
        texts.Add(Marshal.StringToCoTaskMemUTF8(text));
        return (byte*)texts[^1];
    }
}
