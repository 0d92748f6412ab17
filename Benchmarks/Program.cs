using Ssgan.Benchmarks.Kit;
using Ssgan.Engine.Kernels.Cuda.Native;

return KitProgram.Run(args, new NativeLibraries(), Console.Out, Console.Error);
