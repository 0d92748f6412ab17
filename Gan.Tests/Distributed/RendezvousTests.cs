using System.Net;
using System.Net.Sockets;
using Ssgan.Engine;
using Ssgan.Engine.Distributed;

namespace Ssgan.Tests.Distributed;

/// <summary>Rank 0's bytes over TCP.</summary>
sealed class RendezvousTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), Short = TimeSpan.FromSeconds(0.5);

    [TestCase(1, 128)]
    [TestCase(2, 0)]
    [TestCase(2, 128)]
    [TestCase(5, Rendezvous.MostBytes)]
    public void All_ranks_get_the_bytes(int ranks, int length)
    {
        int port = FreePort();
        var bytes = new byte[ranks][];
        var calls = new Task[ranks];
        // The last ranks come first, before anybody listens.
        for (int rank = ranks - 1; rank >= 0; rank--)
        {
            int mine = rank;
            bytes[mine] = new byte[length];
            if (mine == 0) new Random(1).NextBytes(bytes[0]);
            calls[mine] = Task.Run(() => Rendezvous.Share(Launch(mine, ranks, port), bytes[mine], Patience));
        }
        Assert.That(Task.WaitAll(calls, Patience + Patience), Is.True);
        Assert.That(bytes, Has.All.EqualTo(bytes[0]));
    }

    [Test]
    public void The_missing_are_named()
    {
        int port = FreePort();
        var other = Task.Run(() => Rendezvous.Share(Launch(1, 4, port), new byte[8], Patience));
        Assert.That(() => Rendezvous.Share(Launch(0, 4, port), new byte[8], TimeSpan.FromSeconds(2)),
            Throws.InstanceOf<CommunicatorException>()
                .With.Message.StartsWith($"Ranks 2, 3 of 4 did not come to rank 0 at port {port}"));
        Assert.That(other.Wait(Patience), Is.True);
    }

    [Test]
    public void A_rank_0_that_is_not_there_is_named()
    {
        int port = FreePort();
        Assert.That(() => Rendezvous.Share(Launch(1, 2, port), new byte[8], Short), Throws.InstanceOf<CommunicatorException>()
            .With.Message.StartsWith($"Rank 1 did not reach rank 0 at 127.0.0.1:{port} within 0.5 s: "));
    }

    /// <summary>Whoever scans ports sends nothing, or something else.</summary>
    [Test]
    public void Strangers_are_turned_away()
    {
        int port = FreePort();
        byte[] bytes = new byte[16];
        var first = Task.Run(() => Rendezvous.Share(Launch(0, 2, port), Enumerable.Repeat((byte)7, 16).ToArray(), Patience));
        using (var stranger = Connect(port))
        {
            stranger.Send("GET / HTTP/1.1\r\n\r\n"u8);
            using var silent = Connect(port);
            silent.Shutdown(SocketShutdown.Send);
            Rendezvous.Share(Launch(1, 2, port), bytes, Patience);
        }
        Assert.That(first.Wait(Patience), Is.True);
        Assert.That(bytes, Has.All.EqualTo(7));
    }

    [Test]
    public void Another_run_at_the_same_port_is_found_out()
    {
        int port = FreePort();
        var other = Task.Run(() => Assert.That(() => Rendezvous.Share(Launch(3, 8, port), new byte[8], TimeSpan.FromSeconds(2)),
            Throws.InstanceOf<CommunicatorException>()));
        Assert.That(() => Rendezvous.Share(Launch(0, 2, port), new byte[8], Patience),
            Throws.InstanceOf<CommunicatorException>().With.Message.Contains("Rank 3 of 8 came to port"));
        Assert.That(other.Wait(Patience), Is.True);
    }

    [Test]
    public void A_port_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        Assert.That(() => Rendezvous.Share(Launch(0, 2, port), new byte[8], Short), Throws.InstanceOf<CommunicatorException>()
            .With.Message.StartsWith($"Rank 0 cannot listen at port {port} (MASTER_PORT): "));
    }

    [Test]
    public void An_address_is_needed() =>
        Assert.That(() => Rendezvous.Share(new RankLaunch(Launcher.Slurm, 0, 2), new byte[8], Short),
            Throws.InstanceOf<CommunicatorException>().With.Message.Contains("MASTER_ADDR"));

    static RankLaunch Launch(int rank, int size, int port) =>
        new(Launcher.Torchrun, rank, size) { Address = "127.0.0.1", Port = port };

    static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        for (int i = 0; i < 200; i++)
        {
            try
            {
                socket.Connect(IPAddress.Loopback, port);
                return socket;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                socket.Dispose();
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                Thread.Sleep(20);
            }
        }
        throw new AssertionException("nobody listens");
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
