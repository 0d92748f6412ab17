using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Serialization.Onnx;

sealed partial class OnnxTrace
{
    public override void Fill(TensorView y, float value)
    {
        inner.Fill(y, value);
        Forget(y);
    }

    public override void Unary<TOp>(TOp op, TensorView x, TensorView y)
    {
        var value = Find(x);
        inner.Unary(op, x, y);
        if (value is null) Forget(y);
        else Define(y, OnnxFunctors.Unary(Graph, op, TOp.Name, value.Name), x.Shape, value.ChannelsFirst);
    }

    public override void Binary<TOp>(TOp op, TensorView a, TensorView b, TensorView y)
    {
        if (!IsLive(a) && !IsLive(b))
        {
            inner.Binary(op, a, b, y);
            Forget(y);
            return;
        }
        bool images = y.Shape.Rank == 4 && (HasChannelsFirst(a) || HasChannelsFirst(b));
        string left = Operand(a, images, b.Shape == y.Shape), right = Operand(b, images, a.Shape == y.Shape);
        inner.Binary(op, a, b, y);
        Define(y, OnnxFunctors.Binary(Graph, op, TOp.Name, left, right), y.Shape, images);
    }

    bool HasChannelsFirst(TensorView view) =>
        _live.TryGetValue(view.Address, out var value) && value.ChannelsFirst && value.Shape == view.Shape;

    public override void Cast(TensorView x, TensorView y)
    {
        var value = Find(x);
        if (value is not null && (x.Type, y.Type) is not ((DType.I32, DType.F32) or (DType.F32, DType.F32)))
            throw new NotSupportedException($"A cast from {x.Type} to {y.Type} is not exported to ONNX.");
        inner.Cast(x, y);
        if (value is null) Forget(y);
        else
        {
            string name = x.Type == y.Type ? value.Name
                : Graph.Add("Cast", [value.Name], new OnnxAttribute("to", (long)OnnxModel.Float));
            Define(y, name, x.Shape, value.ChannelsFirst);
        }
    }

    public override void Reduce<TOp>(TensorView x, TensorView y)
    {
        var value = Find(x);
        inner.Reduce<TOp>(x, y);
        if (value is null)
        {
            Forget(y);
            return;
        }
        long[] axes = [.. Enumerable.Range(0, x.Shape.Rank).Where(i => y.Shape[i] == 1 && x.Shape[i] != 1)
            .Select(i => value.ChannelsFirst ? i switch { 1 => 2L, 2 => 3, 3 => 1, _ => 0 } : i).Order()];
        Define(y, axes.Length == 0 && typeof(TOp) != typeof(SumOfSquares) ? value.Name
            : OnnxFunctors.Reduce<TOp>(Graph, value.Name, axes), y.Shape, value.ChannelsFirst);
    }

    public override void LogSumExp(TensorView x, TensorView y)
    {
        var value = Find(x);
        inner.LogSumExp(x, y);
        if (value is null) Forget(y);
        else
        {
            string sum = Graph.Add("ReduceLogSumExp", [Plain(value).Name], new OnnxAttribute("axes", new long[] { -1 }),
                new OnnxAttribute("keepdims", 1L));
            Define(y, sum, x.Shape.With(-1, 1), false);
        }
    }

    public override void ArgMax(TensorView x, TensorView y)
    {
        OnlyOfConstants(nameof(ArgMax), [x], [y]);
        inner.ArgMax(x, y);
    }

    // ---- movement --------------------------------------------------------------------------------------------------
    public override void Permute(TensorView x, TensorView y, ReadOnlySpan<int> order)
    {
        var value = Find(x);
        inner.Permute(x, y, order);
        if (value is null) Forget(y);
        else Define(y, Transpose(Plain(value).Name, [.. order.ToArray().Select(static i => (long)i)]), y.Shape, false);
    }

    public override void GatherRows(TensorView table, TensorView indices, TensorView y)
    {
        if (!IsLive(table) && !IsLive(indices)) Forget(y);
        else if (!IsLive(indices) && IsEachInTurn(indices, table.Shape[0]))
        {
            // A row for each image: the rows as they are, of any number.
            var rows = Plain(Find(table)!);
            Define(y, rows.Name, rows.Shape, false);
        }
        else
        {
            string gathered = Graph.Add("Gather", [Operand(table), Operand(indices)], new OnnxAttribute("axis", 0L));
            Define(y, gathered, y.Shape, false);
        }
        inner.GatherRows(table, indices, y);
    }

    bool IsEachInTurn(TensorView indices, int rows)
    {
        if (indices.Count != rows) return false;
        byte[] bytes = Read(indices);
        return !Enumerable.Range(0, rows).Any(i => BitConverter.ToInt32(bytes, 4 * i) != i);
    }

    public override void CopyBox(TensorView x, ReadOnlySpan<int> xStart, TensorView y, ReadOnlySpan<int> yStart,
        ReadOnlySpan<int> extent)
    {
        var value = Find(x);
        string? constant = null;
        int axis = -1;
        for (int i = 0; i < extent.Length; i++)
        {
            if (extent[i] == y.Shape[i]) continue;
            axis = axis < 0 ? i : extent.Length;
        }
        if (value is not null) value = Slice(Plain(value), xStart, extent);
        inner.CopyBox(x, xStart, y, yStart, extent);
        if (axis < 0)
        {
            if (value is null) Forget(y);
            else Define(y, value.Name, y.Shape, false);
            return;
        }
        if (value is null && IsLive(y) && !_pieces.ContainsKey(y.Address))
            throw new NotSupportedException("Overwriting a part of what depends on the inputs is not exported to ONNX.");
        if (axis == extent.Length)
        {
            if (value is not null) throw new NotSupportedException("Copying a box within a tensor is not exported to ONNX.");
            return;
        }
        if (value is null) constant = Slice(x, xStart, extent);
        Put(y, new(axis, yStart[axis], extent[axis], value, constant));
    }

    /// <summary>Notes a piece; the last one makes the whole.</summary>
    void Put(TensorView y, Piece piece)
    {
        if (piece.Start == 0 || !_pieces.TryGetValue(y.Address, out var pieces))
        {
            Forget(y);
            _pieces[y.Address] = pieces = [];
        }
        pieces.Add(piece);
        int next = 0;
        foreach (var p in pieces)
        {
            if (p.Axis != piece.Axis || p.Start != next) return;
            next += p.Length;
        }
        if (next != y.Shape[piece.Axis] || !pieces.Exists(static p => p.Value is not null)) return;
        string joined = Graph.Add("Concat", [.. pieces.Select(static p => p.Value?.Name ?? p.Constant!)],
            new OnnxAttribute("axis", (long)piece.Axis));
        Define(y, joined, y.Shape, false);
    }

    OnnxValue Slice(OnnxValue x, ReadOnlySpan<int> start, ReadOnlySpan<int> extent)
    {
        long[] axes = [.. Enumerable.Range(0, extent.Length).Where(Cuts(x.Shape, extent.ToArray())).Select(static i => (long)i)];
        if (axes.Length == 0) return x;
        if (axes[0] == 0) throw new NotSupportedException("A part of the batch is not exported to ONNX: its size is open.");
        long[] from = new long[axes.Length], to = new long[axes.Length];
        for (int i = 0; i < axes.Length; i++) to[i] = (from[i] = start[(int)axes[i]]) + extent[(int)axes[i]];
        string name = Graph.Add("Slice", [x.Name, Graph.Integers(from), Graph.Integers(to), Graph.Integers(axes)]);
        return new(name, new Shape(extent), false);

        static Func<int, bool> Cuts(Shape shape, int[] extent) => i => extent[i] != shape[i];
    }

    /// <summary>A box of a constant, which is a constant.</summary>
    string Slice(TensorView x, ReadOnlySpan<int> start, ReadOnlySpan<int> extent)
    {
        var shape = new Shape(extent);
        var box = new TensorView(inner.Allocate(Math.Max(1, shape.Count * x.Type.Size())), shape, x.Type);
        try
        {
            inner.CopyBox(x, start, box, new int[extent.Length], extent);
            return Constant(box);
        }
        finally
        {
            inner.Free(box.Address, Math.Max(1, box.Bytes));
        }
    }
}
