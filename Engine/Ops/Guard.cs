using System.Runtime.CompilerServices;
using Ssgan.Engine.Kernels;

namespace Ssgan.Engine;

/// <summary>
/// The checks that operations share. Each throws one sentence that names the operation and the operands, before any work.
/// </summary>
static class Guard
{
    /// <summary>No member of a list of operands is null.</summary>
    public static void Given(ReadOnlySpan<Tensor?> tensors, string list)
    {
        int missing = tensors.IndexOf((Tensor?)null);
        if (missing >= 0) throw new ArgumentNullException($"{list}[{missing}]");
    }

    /// <summary>An operand that an expression goes on with.</summary>
    public static Tensor Given(Tensor? operand, [CallerArgumentExpression(nameof(operand))] string name = "") =>
        operand ?? throw new ArgumentNullException(name);

    public static void F32(string operation, params ReadOnlySpan<Tensor?> tensors)
    {
        foreach (var t in tensors)
        {
            if (t is not null && t.Type != DType.F32)
                throw new ArgumentException($"{operation}: {t.Describe()} has type {t.Type}; F32 is needed.");
        }
    }

    /// <summary>F32, or BF16 where the device computes in it.</summary>
    public static void Real(string operation, params ReadOnlySpan<Tensor?> tensors)
    {
        foreach (var t in tensors)
        {
            if (t is null || t.Backend.ComputesIn(t.Type)) continue;
            throw new ArgumentException(
                $"{operation}: {t.Describe()} has type {t.Type}, in which {t.Device.Name} does not compute; F32 is needed.");
        }
    }

    /// <summary>F32, or a 16-bit float where the device has functors and reductions of it.</summary>
    public static void Mapped(string operation, params ReadOnlySpan<Tensor?> tensors)
    {
        foreach (var t in tensors)
        {
            if (t is null || t.Backend.MapsIn(t.Type)) continue;
            throw new ArgumentException(
                $"{operation}: {t.Describe()} has type {t.Type}, which it does not take; Cast() it to F32.");
        }
    }

    /// <summary>Operands that a kernel takes in one type only.</summary>
    public static void SameType(string operation, Tensor a, Tensor b)
    {
        if (b.Type == a.Type) return;
        throw new ArgumentException($"{operation}: {a.Describe()} and {b.Describe()} have different types; Cast() one of them.");
    }

    public static void Type(string operation, Tensor t, DType type)
    {
        if (t.Type != type) throw new ArgumentException($"{operation}: {t.Describe()} has type {t.Type}; {type} is needed.");
    }

    /// <summary>One F32 number, of any rank.</summary>
    public static void Number(string operation, string argument, Tensor t)
    {
        if (t.Count != 1 || t.Type != DType.F32)
            throw new ArgumentException($"{operation}: {argument} is {t.Describe()}; one F32 number is needed.");
    }

    public static void SameDevice(string operation, Tensor a, params ReadOnlySpan<Tensor?> others)
    {
        foreach (var b in others)
        {
            if (b is null || b.Device == a.Device) continue;
            string twins = b.Device.Name == a.Device.Name ? " of the same name: make both from one Device" : "";
            throw new ArgumentException($"{operation}: {a.Summary} and {b.Summary} are on different devices{twins}.");
        }
    }

    /// <summary>The shape that two operands stretch to.</summary>
    public static Shape Broadcast(string operation, Tensor a, Tensor b) => Kernels.Shape.Broadcast(a.Shape, b.Shape)
        ?? throw new ArgumentException($"{operation}: shapes {a.Shape} and {b.Shape} do not broadcast.");

    public static void Rank(string operation, string argument, Tensor t, int rank)
    {
        if (t.Shape.Rank != rank)
            throw new ArgumentException($"{operation}: {argument} {t.Shape} has rank {t.Shape.Rank}; rank {rank} is needed.");
    }

    public static void Shape(string operation, string argument, Tensor t, Shape shape)
    {
        if (t.Shape != shape) throw new ArgumentException($"{operation}: {argument} has shape {t.Shape}; {shape} is needed.");
    }

    /// <summary>An axis in [−rank, rank) as one in [0, rank).</summary>
    public static int Axis(string operation, Shape shape, int axis)
    {
        int a = axis < 0 ? axis + shape.Rank : axis;
        return (uint)a < (uint)shape.Rank ? a
            : throw new ArgumentException($"{operation}: axis {axis} does not exist in shape {shape}.");
    }

    /// <summary>Axes in [0, rank) without repeats; none given means all.</summary>
    public static bool[] Axes(string operation, Shape shape, ReadOnlySpan<int> axes)
    {
        var chosen = new bool[shape.Rank];
        if (axes.Length == 0) Array.Fill(chosen, true);
        foreach (int axis in axes)
        {
            int a = Axis(operation, shape, axis);
            if (chosen[a]) throw new ArgumentException($"{operation}: axis {axis} is named twice.");
            chosen[a] = true;
        }
        return chosen;
    }
}
