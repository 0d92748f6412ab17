using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda.Libraries;

/// <summary>
/// Descriptors of cuDNN's graph interface while something is made of them; what is not taken out is destroyed at the end.
/// </summary>
sealed unsafe class GraphDescriptors(CuDnnApi api) : IDisposable
{
    readonly List<nint> _made = [];

    public nint Create(CuDnnDescriptor type)
    {
        nint descriptor;
        api.Check(api.BackendCreateDescriptor(type, &descriptor));
        _made.Add(descriptor);
        return descriptor;
    }

    public void Finish(nint descriptor) => api.Check(api.BackendFinalize(descriptor));

    /// <summary>False where cuDNN cannot do what the descriptor says: the next one may be possible.</summary>
    public bool TryFinish(nint descriptor)
    {
        int status = api.BackendFinalize(descriptor);
        if (status == CuDnnApi.DeviceAllocationFailed) api.Check(status, "BackendFinalize(");
        return status == CuDnnApi.Success;
    }

    public void Handle(nint descriptor, CuDnnAttribute name, nint handle) =>
        Set(descriptor, name, CuDnnAttributeType.Handle, 1, &handle);

    public void Int64s(nint descriptor, CuDnnAttribute name, params ReadOnlySpan<long> values)
    {
        fixed (long* p = values) Set(descriptor, name, CuDnnAttributeType.Int64, values.Length, p);
    }

    public void Links(nint descriptor, CuDnnAttribute name, params ReadOnlySpan<nint> descriptors)
    {
        fixed (nint* p = descriptors) Set(descriptor, name, CuDnnAttributeType.Descriptor, descriptors.Length, p);
    }

    public void Type(nint descriptor, CuDnnAttribute name, CuDnnType value) =>
        Set(descriptor, name, CuDnnAttributeType.DataType, 1, &value);

    public void Float(nint descriptor, CuDnnAttribute name, float value) =>
        Set(descriptor, name, CuDnnAttributeType.Float, 1, &value);

    public void Flag(nint descriptor, CuDnnAttribute name)
    {
        byte yes = 1;
        Set(descriptor, name, CuDnnAttributeType.Boolean, 1, &yes);
    }

    /// <summary>An enumeration with an attribute type of its own; its values have four bytes.</summary>
    public void Choice(nint descriptor, CuDnnAttribute name, CuDnnAttributeType type, int value) =>
        Set(descriptor, name, type, 1, &value);

    /// <summary>The same; false where this cuDNN does not take it.</summary>
    public bool TryChoice(nint descriptor, CuDnnAttribute name, CuDnnAttributeType type, int value) =>
        api.BackendSetAttribute(descriptor, name, type, 1, &value) == CuDnnApi.Success;

    public long Int64(nint descriptor, CuDnnAttribute name)
    {
        long value, count;
        api.Check(api.BackendGetAttribute(descriptor, name, CuDnnAttributeType.Int64, 1, &count, &value));
        return value;
    }

    /// <summary>How many values an attribute has; none where cuDNN has no answer for what the descriptor says.</summary>
    public long Count(nint descriptor, CuDnnAttribute name, CuDnnAttributeType type)
    {
        long count = 0;
        int status = api.BackendGetAttribute(descriptor, name, type, 0, &count, null);
        if (CuDnnApi.IsUnsupported(status)) return 0;
        api.Check(status, "BackendGetAttribute(");
        return count;
    }

    /// <summary>Lets descriptors that exist take the place of an attribute's; how many did.</summary>
    public long Fill(nint descriptor, CuDnnAttribute name, ReadOnlySpan<nint> room)
    {
        long count;
        fixed (nint* p = room)
            api.Check(api.BackendGetAttribute(descriptor, name, CuDnnAttributeType.Descriptor, room.Length, &count, p));
        return Math.Min(count, room.Length);
    }

    /// <summary>A list of notes; more than 64 are not known.</summary>
    public ulong Notes(nint descriptor, CuDnnAttribute name, CuDnnAttributeType type)
    {
        const int Most = 64;
        int* notes = stackalloc int[Most];
        long count;
        api.Check(api.BackendGetAttribute(descriptor, name, type, Most, &count, notes));
        ulong set = 0;
        for (int i = 0; i < Math.Min(count, Most); i++) set |= 1UL << notes[i];
        return set;
    }

    /// <summary>A descriptor that from now on is the caller's to destroy.</summary>
    public nint Take(nint descriptor)
    {
        _made.Remove(descriptor);
        return descriptor;
    }

    public void Dispose()
    {
        // The newest first: they refer to older ones.
        for (int i = _made.Count - 1; i >= 0; i--) api.Check(api.BackendDestroyDescriptor(_made[i]));
        _made.Clear();
    }

    void Set(nint descriptor, CuDnnAttribute name, CuDnnAttributeType type, long count, void* values)
    {
        int status = api.BackendSetAttribute(descriptor, name, type, count, values);
        if (status != CuDnnApi.Success) api.Check(status, $"Setting {name} of a cuDNN descriptor");
    }
}
