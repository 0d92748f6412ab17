using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Emulator;

/// <summary>
/// Functions of one library: each becomes a delegate of its C signature whose calls go through <paramref name="run"/>, which
/// makes the status.
/// </summary>
sealed class ExportTable(Dictionary<(CudaLibrary, string), Delegate> exports, CudaLibrary library,
    Func<string, Check, Action, int> run)
{
    /// <summary>A function whose signature is not among those below, already behind its checks.</summary>
    public void Put(string name, Delegate call) => exports.Add((library, name), call);

    /// <summary>For signatures that are not among those below.</summary>
    public int Run(string name, Check check, Action body) => run(name, check, body);

    public void None(string name, Check check, Action f) => Put(name, new Native(() => run(name, check, f)));

    public void I(string name, Check check, Action<int> f) => Put(name, new NativeI(a => run(name, check, () => f(a))));

    public void P(string name, Check check, Action<nint> f) => Put(name, new NativeP(a => run(name, check, () => f(a))));

    public void II(string name, Check check, Action<int, int> f) =>
        Put(name, new NativeII((a, b) => run(name, check, () => f(a, b))));

    public void IP(string name, Check check, Action<int, nint> f) =>
        Put(name, new NativeIP((a, b) => run(name, check, () => f(a, b))));

    public void PI(string name, Check check, Action<nint, int> f) =>
        Put(name, new NativePI((a, b) => run(name, check, () => f(a, b))));

    public void PP(string name, Check check, Action<nint, nint> f) =>
        Put(name, new NativePP((a, b) => run(name, check, () => f(a, b))));

    public void PII(string name, Check check, Action<nint, int, int> f) =>
        Put(name, new NativePII((a, b, c) => run(name, check, () => f(a, b, c))));

    public void PIP(string name, Check check, Action<nint, int, nint> f) =>
        Put(name, new NativePIP((a, b, c) => run(name, check, () => f(a, b, c))));

    public void PPI(string name, Check check, Action<nint, nint, int> f) =>
        Put(name, new NativePPI((a, b, c) => run(name, check, () => f(a, b, c))));

    public void PPP(string name, Check check, Action<nint, nint, nint> f) =>
        Put(name, new NativePPP((a, b, c) => run(name, check, () => f(a, b, c))));

    public void PPII(string name, Check check, Action<nint, nint, int, int> f) =>
        Put(name, new NativePPII((a, b, c, d) => run(name, check, () => f(a, b, c, d))));

    public void PPIP(string name, Check check, Action<nint, nint, int, nint> f) =>
        Put(name, new NativePPIP((a, b, c, d) => run(name, check, () => f(a, b, c, d))));

    public void PIPP(string name, Check check, Action<nint, int, nint, nint> f) =>
        Put(name, new NativePIPP((a, b, c, d) => run(name, check, () => f(a, b, c, d))));

    public void PPPP(string name, Check check, Action<nint, nint, nint, nint> f) =>
        Put(name, new NativePPPP((a, b, c, d) => run(name, check, () => f(a, b, c, d))));

    public void PPIPP(string name, Check check, Action<nint, nint, int, nint, nint> f) =>
        Put(name, new NativePPIPP((a, b, c, d, e) => run(name, check, () => f(a, b, c, d, e))));

    public void PPPPPI(string name, Check check, Action<nint, nint, nint, nint, nint, int> f) =>
        Put(name, new NativePPPPPI((a, b, c, d, e, g) => run(name, check, () => f(a, b, c, d, e, g))));

    public void PPPIPP(string name, Check check, Action<nint, nint, nint, int, nint, nint> f) =>
        Put(name, new NativePPPIPP((a, b, c, d, e, g) => run(name, check, () => f(a, b, c, d, e, g))));

    public void PPPIIPP(string name, Check check, Action<nint, nint, nint, int, int, nint, nint> f) =>
        Put(name, new NativePPPIIPP((a, b, c, d, e, g, h) => run(name, check, () => f(a, b, c, d, e, g, h))));

    public void PI7P2(string name, Check check, Action<nint, int, int, int, int, int, int, int, nint, nint> f) =>
        Put(name, new NativePI7P2((a, b, c, d, e, g, h, i, j, k) => run(name, check, () => f(a, b, c, d, e, g, h, i, j, k))));

    public void PI7P3(string name, Check check, Action<nint, int, int, int, int, int, int, int, nint, nint, nint> f) =>
        Put(name, new NativePI7P3((a, b, c, d, e, g, h, i, j, k, l) => run(name, check,
            () => f(a, b, c, d, e, g, h, i, j, k, l))));
}
