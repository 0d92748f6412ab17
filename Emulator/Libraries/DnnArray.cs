namespace Ssgan.Emulator;

/// <summary>
/// A tensor on the host, dense with channels innermost, whatever the strides of the array it is read from or written to.
/// </summary>
sealed class DnnArray(DnnShape shape)
{
    public DnnShape Shape { get; } = shape;
    public float[] Data { get; } = new float[(long)shape.N * shape.C * shape.H * shape.W];

    /// <summary>The channels of a pixel.</summary>
    public Span<float> Pixel(int n, int h, int w) => Data.AsSpan(((n * Shape.H + h) * Shape.W + w) * Shape.C, Shape.C);

    public static DnnArray Read(DeviceMemory memory, ulong address, DnnShape shape, bool tf32 = false)
    {
        var array = new DnnArray(shape);
        float[] line = new float[Math.Max(shape.C, shape.W)];
        array.Runs((offset, n, h, w, c, count, run) =>
        {
            var target = run == Run.Channels ? array.Data.AsSpan(((n * shape.H + h) * shape.W + w) * shape.C, count)
                : line.AsSpan(0, count);
            DeviceArrays.Read(memory, Address(address, offset, shape), shape.Type, target, tf32);
            if (run == Run.Columns) for (int i = 0; i < count; i++) array.Pixel(n, h, w + i)[c] = line[i];
            else if (run == Run.Single) array.Pixel(n, h, w)[c] = line[0];
        });
        return array;
    }

    /// <summary>
    /// array = alpha * this + beta * array, element by element; only elements of the shape are touched, not what lies
    /// between strides.
    /// </summary>
    public void Blend(DeviceMemory memory, ulong address, float alpha, float beta)
    {
        float[] line = new float[Math.Max(Shape.C, Shape.W)];
        Runs((offset, n, h, w, c, count, run) =>
        {
            var source = run == Run.Channels
                ? Data.AsSpan(((n * Shape.H + h) * Shape.W + w) * Shape.C, count) : line.AsSpan(0, count);
            if (run == Run.Columns) for (int i = 0; i < count; i++) line[i] = Pixel(n, h, w + i)[c];
            else if (run == Run.Single) line[0] = Pixel(n, h, w)[c];
            DeviceArrays.Blend(memory, Address(address, offset, Shape), Shape.Type, source, alpha, beta);
        });
    }

    static ulong Address(ulong address, long offset, DnnShape shape) =>
        address + (ulong)(offset * Engine.Kernels.DTypes.Size(shape.Type));

    enum Run
    {
        Channels,
        Columns,
        Single,
    }

    delegate void Visit(long offset, int n, int h, int w, int c, int count, Run run);

    /// <summary>
    /// Visits the array in the longest contiguous pieces: rows of pixels, channels of a pixel, columns of a channel, or
    /// single elements.
    /// </summary>
    void Runs(Visit visit)
    {
        var s = Shape;
        for (int n = 0; n < s.N; n++)
        {
            for (int h = 0; h < s.H; h++)
            {
                if (s.StrideC == 1 && s.StrideW == s.C) visit(s.Offset(n, 0, h, 0), n, h, 0, 0, s.W * s.C, Run.Channels);
                else if (s.StrideC == 1) for (int w = 0; w < s.W; w++) visit(s.Offset(n, 0, h, w), n, h, w, 0, s.C, Run.Channels);
                else if (s.StrideW == 1) for (int c = 0; c < s.C; c++) visit(s.Offset(n, c, h, 0), n, h, 0, c, s.W, Run.Columns);
                else
                {
                    for (int w = 0; w < s.W; w++)
                        for (int c = 0; c < s.C; c++) visit(s.Offset(n, c, h, w), n, h, w, c, 1, Run.Single);
                }
            }
        }
    }
}
