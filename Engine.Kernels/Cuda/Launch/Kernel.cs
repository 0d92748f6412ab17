namespace Ssgan.Engine.Kernels.Cuda.Launch;

/// <summary>An entry point of a loaded module.</summary>
sealed class Kernel(nint function, string entry, int parameterBytes, int sharedBytes)
{
    public nint Function { get; } = function;

    public string Entry { get; } = entry;

    /// <summary>Size of its parameter, or 0 where the driver is too old to tell.</summary>
    public int ParameterBytes { get; } = parameterBytes;

    /// <summary>Dynamic shared memory that a launch may ask for; raised on demand.</summary>
    public int DynamicSharedBytes { get; set; } = 48 * 1024 - sharedBytes;
}
