namespace Ssgan.Engine.Kernels.Cuda.Driver;

/// <summary>
/// Counts uses of something that another thread may dispose of: closing waits for uses that have begun, and later
/// ones are refused.
/// </summary>
sealed class UseGate
{
    int _users, _closed;

    /// <summary>Begins a use; false where the gate is closed. Uses may nest.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _users);
        if (Volatile.Read(ref _closed) == 0) return true;
        Exit();
        return false;
    }

    /// <summary>Ends a use.</summary>
    public void Exit() => Interlocked.Decrement(ref _users);

    /// <summary>Closes the gate; false where it was closed before. Not to be called within a use.</summary>
    public bool Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return false;
        var spin = new SpinWait();
        while (Volatile.Read(ref _users) != 0) spin.SpinOnce();
        return true;
    }
}
