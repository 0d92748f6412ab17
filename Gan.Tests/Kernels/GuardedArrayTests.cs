using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cpu;

namespace Ssgan.Tests.Kernels;

/// <summary>What a kernel writes around an array is seen.</summary>
sealed unsafe class GuardedArrayTests
{
    [TestCase(-1, "before")]
    [TestCase(12, "after")]
    public void A_byte_beside_the_array_is_seen(int offset, string where)
    {
        using var backend = new CpuBackend(1);
        using var array = new GuardedArray(backend, new Shape(3), [1, 2, 3]);
        Assert.That(array.Read(), Is.EqualTo(new float[] { 1, 2, 3 }));
        ((byte*)array.View.Address)[offset] ^= 1;
        Assert.That(() => array.Read(), Throws.TypeOf<AssertionException>().With.Message.Contains(where));
    }
}
