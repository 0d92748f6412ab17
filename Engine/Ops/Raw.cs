using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Engine;

public sealed partial class Tensor
{
    /// <summary>
    /// A tensor that the user's own code writes: on the CPU to spans, on a GPU by kernels. No gradient flows through it; inside
    /// the forward or the backward of <see cref="Custom"/> it is the fast form of either.
    /// </summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="inputs">What it reads, at least one tensor.</param>
    /// <param name="shape">The result's shape.</param>
    /// <param name="cpu">Writes the whole result on a CPU; null if it has no form for one.</param>
    /// <param name="cuda">Queues kernels that write the whole result on a GPU; null if it has no form for one.</param>
    /// <param name="type">The result's type.</param>
    /// <exception cref="ArgumentException">There are no inputs, or they are on several devices.</exception>
    /// <exception cref="NotSupportedException">It has no form for the inputs' device.</exception>
    /// <exception cref="InvalidOperationException">An input requires a gradient that would be lost.</exception>
    public static Tensor Raw(string name, IReadOnlyList<Tensor> inputs, Shape shape, Action<CpuCall>? cpu = null,
        Action<CudaCall>? cuda = null, DType type = DType.F32)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(inputs);
        var device = CheckOwn(name, inputs);
        if (Tape.IsNeeded(device, [.. inputs]))
        {
            throw new InvalidOperationException($"{name}: an input requires a gradient, and code on memory has none; make it the "
                + "forward of Tensor.Custom, detach the inputs, or, in a backward, write in operations what is differentiated.");
        }
        bool has = device.Backend switch { CpuBackend => cpu is not null, CudaBackend => cuda is not null, _ => false };
        if (!has) throw new NotSupportedException($"{name} has no form for {device.Name}.");
        var y = device.Result(shape, type).Named(name);
        OwnCall call = device.Backend is CpuBackend host ? new CpuCall(name, host, inputs, y)
            : new CudaCall(name, (CudaBackend)device.Backend, inputs, y);
        try
        {
            if (call is CpuCall onHost) cpu!(onHost);
            else cuda!((CudaCall)call);
        }
        finally
        {
            call.End();
        }
        return y;
    }
}
