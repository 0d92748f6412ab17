namespace Ssgan.Tests.Support;

/// <summary>Progress as it is reported, on the thread that reports it.</summary>
sealed class Reported<T>(Action<T>? report) : IProgress<T>
{
    public void Report(T value) => report?.Invoke(value);
}
