using Ssgan.Engine.Kernels.Cuda;
using Ssgan.Engine.Kernels.Cuda.Native;
using Ssgan.Runner;

using var signals = new StopSignals();
return Cli.Run(args, new Host(Console.Out, Console.Error, Host.FindTerminal(), new NativeLibraries(), signals.Token)
{
    CacheFolder = CudaOptions.UserCacheFolder(),
});
