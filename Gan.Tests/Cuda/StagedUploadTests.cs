using Ssgan.Emulator;
using Ssgan.Engine;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Tests.Cuda;

/// <summary>Values that come while a device computes. The emulated one runs nothing before something waits for it.</summary>
sealed class StagedUploadTests
{
    static readonly Shape s_shape = new(5, 3);

    [Test]
    public void On_the_cpu_values_come_in_the_order_of_sending()
    {
        using var device = Device.Cpu(threads: 1);
        Pass(device);
    }

    [Test]
    public void On_a_card_values_come_in_the_order_of_sending_by_events_alone()
    {
        using var cuda = new EmulatedCuda();
        using (var device = new Device(new CudaBackend(cuda))) Pass(device);
        Assert.That(cuda.Leaks(), Is.Empty);
    }

    static void Pass(Device device)
    {
        using var staged = device.Stage(s_shape, DType.U8);
        using var scope = device.Scope();
        var place = device.Empty(s_shape, DType.U8);
        var taken = new List<Tensor>();
        byte[] values = new byte[s_shape.Count];
        for (int i = 0; i < 9; i++)
        {
            // One is sent ahead of the one that is taken, and the source is overwritten at once.
            while (staged.Waiting < StagedUpload.Slots)
            {
                values.AsSpan().Fill((byte)(10 * (i + staged.Waiting)));
                staged.Send(values);
            }
            staged.Take(place);
            taken.Add(place.Cast(DType.F32));
        }
        for (int i = 0; i < taken.Count; i++) Assert.That(taken[i].ToArray(), Is.All.EqualTo(10f * i), $"sending {i}");
    }

    [Test]
    public void Neither_too_many_nor_too_few_nor_other_sizes_pass()
    {
        using var cuda = new EmulatedCuda();
        foreach (var device in (Device[])[Device.Cpu(threads: 1), new Device(new CudaBackend(cuda))])
        {
            using (device)
            {
                using var staged = device.Stage(s_shape, DType.U8);
                using var scope = device.Scope();
                Assert.That(() => staged.Take(device.Empty(s_shape, DType.U8)),
                    Throws.InvalidOperationException.With.Message.Contains("nothing was sent"), device.Name);
                Assert.That(() => staged.Send(new byte[4]), Throws.ArgumentException.With.Message.Contains("4 bytes for 15"),
                    device.Name);
                staged.Send(new byte[15]);
                staged.Send(new byte[15]);
                Assert.That(() => staged.Send(new byte[15]),
                    Throws.InvalidOperationException.With.Message.Contains("2 uploads wait"), device.Name);
            }
        }
        Assert.That(cuda.Leaks(), Is.Empty);
    }
}
