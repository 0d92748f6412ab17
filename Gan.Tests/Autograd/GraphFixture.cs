using Ssgan.Engine;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Graphs;

/// <summary>A CPU of one thread for each test, which has to leave its memory as it was.</summary>
abstract class GraphFixture
{
    NoLeaks _leaks = null!;

    protected Device _device = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Cpu(1);
        _leaks = new NoLeaks(_device);
    }

    [TearDown]
    public void Close()
    {
        _leaks.Dispose();
        _device.Dispose();
    }
}
