namespace Ssgan.Runner.Terminal;

/// <summary>
/// Standard output or error of a program that must outlive it: a terminal is closed, a disk is full, a descriptor was never open.
/// The first write that fails is remembered, and nothing is written from then on, so that a run that has lost its reader still
/// saves.
/// </summary>
sealed class StandardStream(Stream inner) : Stream
{
    /// <summary>Why a write failed, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>
    /// A writer over standard output or error that sends each line at once and writes as the one in place does.
    /// </summary>
    public static (StandardStream Stream, TextWriter Writer) Open(Stream inner, TextWriter like)
    {
        var stream = new StandardStream(inner);
        return (stream, TextWriter.Synchronized(
            new StreamWriter(stream, like.Encoding) { AutoFlush = true, NewLine = like.NewLine }));
    }

    /// <summary>
    /// Keeps the descriptors 0 to 2 from a run's files: one that the caller closed would be given to the next file that is
    /// opened.
    /// </summary>
    public static void Reserve()
    {
        const string nowhere = "/dev/null";
        if (!File.Exists(nowhere)) return;
        while (true)
        {
            using var handle = File.OpenHandle(nowhere, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (handle.DangerousGetHandle() > 2) return;
            // Open for the life of the process.
            handle.SetHandleAsInvalid();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Failure is not null) return;
        try
        {
            inner.Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure = e;
        }
    }

    public override void Flush()
    {
        if (Failure is null) inner.Flush();
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
