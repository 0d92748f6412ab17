namespace Ssgan.Engine.Serialization.PyTorch;

/// <summary>A PyTorch file taken apart: its object, and where the storages are that the object's tensors are views of.</summary>
/// <param name="Root">The object that was saved.</param>
/// <param name="BigEndian">Whether elements have their highest byte first.</param>
/// <param name="Length">How many bytes the file has for the storage of a key; refuses one that is not there.</param>
/// <param name="Read">These bytes. It is not to be called from two threads at once.</param>
sealed record PthSource(object? Root, bool BigEndian, Func<string, long> Length, Func<string, byte[]> Read);
