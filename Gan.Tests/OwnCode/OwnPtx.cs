using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.OwnCode;

/// <summary>The kernels of this folder's Kernels/, as a user's code has them.</summary>
static class OwnPtx
{
    public static string Bend { get; } = Text("bend");

    public static string Lean { get; } = Text("lean");

    public static KernelModule Several { get; } = KernelModule.FromPtx("several.ptx", Text("several"));

    public struct Args
    {
        public nint X, Y;
        public int Count;
        public float Scale;
    }

    /// <summary>A kernel of several.cu on x, a thread a value; y has x's shape.</summary>
    public static Tensor Run(string entry, Tensor x, float scale = 3, LaunchShape? shape = null) =>
        Tensor.Raw(entry, [x], x.Shape, cuda: call => call.Launch(Several.Entry(entry), shape ?? LaunchShape.Over(x.Count, 64),
            new Args { X = call.Input(0).Address, Y = call.Output.Address, Count = (int)x.Count, Scale = scale }));

    static string Text(string stem) => File.ReadAllText(RepoRoot.At("Gan.Tests", "OwnCode", "Kernels", stem + ".ptx"));
}
