using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ssgan.Engine.Distributed;

/// <summary>
/// Rank 0 hands a few bytes to all others over TCP, where no MPI does it: NCCL's id. Whoever connects says which rank it is and
/// is believed, as on any cluster's inner network; strangers and what they send cost at most a moment.
/// </summary>
public static class Rendezvous
{
    /// <summary>The most bytes that can be shared.</summary>
    public const int MostBytes = 4096;

    const int HelloBytes = 16, HeaderBytes = 12;
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50), s_patience = TimeSpan.FromSeconds(2);
    static ReadOnlySpan<byte> Magic => "SSGANRV1"u8;

    /// <summary>Gives rank 0's bytes to every rank; all call it with as many.</summary>
    /// <param name="launch">Address and port, rank and size.</param>
    /// <param name="bytes">Rank 0's are sent, the others' overwritten.</param>
    /// <param name="within">How long it may take.</param>
    /// <exception cref="CommunicatorException">Somebody did not come in time, or an address is of no use.</exception>
    public static void Share(RankLaunch launch, Span<byte> bytes, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(launch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MostBytes);
        if (launch.Address is not { } address || launch.Port is < 1 or > 65535)
            throw new CommunicatorException(
                $"Ranks meet at MASTER_ADDR and MASTER_PORT, and {launch.Address}:{launch.Port} is no such place.");
        if (launch.Rank == 0) Give(address, launch.Port, launch.Size, bytes, within);
        else Take(address, launch, bytes, within);
    }

    static void Give(string address, int port, int size, ReadOnlySpan<byte> bytes, TimeSpan within)
    {
        long start = Stopwatch.GetTimestamp();
        bool inside = address is "localhost" || (IPAddress.TryParse(address, out var ip) && IPAddress.IsLoopback(ip));
        bool six = !inside && Socket.OSSupportsIPv6 || address is "::1";
        using var listener = new Socket(six ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream,
            ProtocolType.Tcp);
        try
        {
            if (six) listener.DualMode = !inside;
            listener.Bind(new IPEndPoint(inside ? six ? IPAddress.IPv6Loopback : IPAddress.Loopback
                : six ? IPAddress.IPv6Any : IPAddress.Any, port));
            listener.Listen(size);
        }
        catch (SocketException e)
        {
            throw new CommunicatorException($"Rank 0 cannot listen at port {port} (MASTER_PORT): {e.Message}.", e);
        }
        byte[] reply = new byte[HeaderBytes + bytes.Length], hello = new byte[HelloBytes];
        Magic.CopyTo(reply);
        BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(Magic.Length), bytes.Length);
        bytes.CopyTo(reply.AsSpan(HeaderBytes));
        var served = new bool[size];
        int missing = size - 1;
        string last = "";
        while (missing > 0)
        {
            var left = within - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || !listener.Poll(left, SelectMode.SelectRead))
                throw new CommunicatorException(Missing(served, port, within, last));
            try
            {
                using var caller = listener.Accept();
                Limit(caller, left);
                if (!Read(caller, hello) || !hello.AsSpan(0, Magic.Length).SequenceEqual(Magic))
                {
                    last = $"; {caller.RemoteEndPoint} connected and was no rank";
                    continue;
                }
                int rank = BinaryPrimitives.ReadInt32LittleEndian(hello.AsSpan(8)),
                    its = BinaryPrimitives.ReadInt32LittleEndian(hello.AsSpan(12));
                if (its != size || rank <= 0 || rank >= size)
                    throw new CommunicatorException(
                        $"Rank {rank} of {its} came to port {port}, where {size} ranks meet: do two runs share a port?");
                Send(caller, reply);
                // A rank whose connection broke comes again.
                if (!served[rank]) missing--;
                served[rank] = true;
            }
            catch (SocketException e)
            {
                last = $"; a connection broke: {e.Message}";
            }
        }
    }

    static string Missing(bool[] served, int port, TimeSpan within, string last)
    {
        var text = new StringBuilder();
        int count = 0;
        for (int rank = 1; rank < served.Length; rank++)
        {
            if (served[rank]) continue;
            text.Append(count++ == 0 ? " " : ", ").Append(rank);
        }
        return $"Rank{(count == 1 ? "" : "s")}{text} of {served.Length} did not come to rank 0 at port {port} within "
            + $"{within.TotalSeconds:0.#} s{last}.";
    }

    static void Take(string address, RankLaunch launch, Span<byte> bytes, TimeSpan within)
    {
        long start = Stopwatch.GetTimestamp();
        byte[] hello = new byte[HelloBytes], header = new byte[HeaderBytes], body = new byte[bytes.Length];
        Magic.CopyTo(hello);
        BinaryPrimitives.WriteInt32LittleEndian(hello.AsSpan(8), launch.Rank);
        BinaryPrimitives.WriteInt32LittleEndian(hello.AsSpan(12), launch.Size);
        string last = "";
        while (true)
        {
            var left = within - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                throw new CommunicatorException($"Rank {launch.Rank} did not reach rank 0 at {address}:{launch.Port} within "
                    + $"{within.TotalSeconds:0.#} s{last}.");
            try
            {
                // Names of machines that are only just starting are not known yet.
                foreach (var ip in Dns.GetHostAddresses(address))
                {
                    using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                    var patience = left < s_patience ? left : s_patience;
                    if (!Connect(socket, new IPEndPoint(ip, launch.Port), patience, ref last)) continue;
                    // Rank 0 serves one after the other.
                    Limit(socket, left);
                    socket.ReceiveTimeout = Milliseconds(left);
                    Send(socket, hello);
                    if (!Read(socket, header) || !header.AsSpan(0, Magic.Length).SequenceEqual(Magic)
                        || BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(Magic.Length)) != bytes.Length
                        || !Read(socket, body))
                    {
                        last = ": what answered there was not rank 0 of this run";
                        continue;
                    }
                    body.CopyTo(bytes);
                    return;
                }
            }
            catch (SocketException e)
            {
                last = ": " + e.Message;
            }
            Thread.Sleep(s_pause);
        }
    }

    /// <summary>Connects without the system's own patience, which is minutes.</summary>
    static bool Connect(Socket socket, IPEndPoint to, TimeSpan within, ref string last)
    {
        socket.Blocking = false;
        try
        {
            socket.Connect(to);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            last = ": nobody answered";
            if (!socket.Poll(within, SelectMode.SelectWrite)) return false;
            int error = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            if (error != 0)
            {
                last = ": " + new SocketException(error).Message;
                return false;
            }
        }
        socket.Blocking = true;
        return true;
    }

    static void Limit(Socket socket, TimeSpan left) =>
        socket.SendTimeout = socket.ReceiveTimeout = Milliseconds(left < s_patience ? left : s_patience);

    static int Milliseconds(TimeSpan time) => (int)Math.Clamp(time.TotalMilliseconds, 1, int.MaxValue);

    static void Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[socket.Send(bytes)..];
    }

    static bool Read(Socket socket, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int got = socket.Receive(bytes);
            if (got == 0) return false;
            bytes = bytes[got..];
        }
        return true;
    }
}
