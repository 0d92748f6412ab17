using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Emulator;

// The C signatures of exported functions, by their parameters: P is a pointer, a handle or a size (64 bits), I an int (32 bits).
// All return a status.
delegate int Native();
delegate int NativeI(int a);
delegate int NativeP(nint a);
delegate int NativeII(int a, int b);
delegate int NativeIP(int a, nint b);
delegate int NativePI(nint a, int b);
delegate int NativePP(nint a, nint b);
delegate int NativePII(nint a, int b, int c);
delegate int NativePIP(nint a, int b, nint c);
delegate int NativePPI(nint a, nint b, int c);
delegate int NativePPP(nint a, nint b, nint c);
delegate int NativePIII(nint a, int b, int c, int d);
delegate int NativePIPP(nint a, int b, nint c, nint d);
delegate int NativePPII(nint a, nint b, int c, int d);
delegate int NativePPIP(nint a, nint b, int c, nint d);
delegate int NativePPPP(nint a, nint b, nint c, nint d);
delegate int NativePPIPP(nint a, nint b, int c, nint d, nint e);
delegate int NativePIPPP(nint a, int b, nint c, nint d, nint e);
delegate int NativePPPPPI(nint a, nint b, nint c, nint d, nint e, int f);
delegate int NativePI7P2(nint a, int b, int c, int d, int e, int f, int g, int h, nint i, nint j);
delegate int NativePI7P3(nint a, int b, int c, int d, int e, int f, int g, int h, nint i, nint j, nint k);
delegate int NativePPPIPP(nint a, nint b, nint c, int d, nint e, nint f);
delegate int NativePPPIIPP(nint a, nint b, nint c, int d, int e, nint f, nint g);
delegate int NativeNcclInit(nint communicator, int size, NcclUniqueId id, int rank);
delegate nint NativeText(int status);
delegate nint NativeTextOf(nint a);
