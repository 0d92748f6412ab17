namespace Ssgan.Emulator;

delegate int NativeTensorPair(nint handle, nint alpha, nint aDescriptor, nint a, nint beta, nint cDescriptor, nint c);

/// <summary>Bias: added to a tensor, and its gradient.</summary>
sealed unsafe class EmulatedDnnTensors(EmulatedDnn dnn)
{
    public void Export(ExportTable table)
    {
        Export(table, "cudnnAddTensor", Add);
        Export(table, "cudnnConvolutionBackwardBias", BackwardBias);
    }

    delegate DnnArray Compute(DeviceMemory memory, DnnShape a, ulong address, DnnShape c);

    void Export(ExportTable table, string name, Func<DnnShape, DnnShape, Compute> check) =>
        table.Put(name,
            new NativeTensorPair((h, alpha, aDescriptor, a, beta, cDescriptor, c) => table.Run(name, Check.Context, () =>
        {
            var handle = dnn.Handle(h);
            float scale = *(float*)EmulatedDnn.Pointer(alpha, "alpha"), keep = *(float*)EmulatedDnn.Pointer(beta, "beta");
            DnnTensor from = dnn.Descriptor<DnnTensor>(aDescriptor), to = dnn.Descriptor<DnnTensor>(cDescriptor);
            DnnShape source = DnnProblem.Set(from.Shape, from), target = DnnProblem.Set(to.Shape, to);
            if (source.Type != target.Type)
                throw EmulatedDnn.Unsupported($"{name} from {source.Type} to {target.Type} is not supported");
            var compute = check(source, target);
            EmulatedDnn.Pointer(a, "the operand");
            EmulatedDnn.Pointer(c, "the result");
            var memory = dnn.Cuda.Memory;
            EmulatedCuda.Submit(dnn.Cuda.Stream(handle.Stream),
                new StreamWork(name, () => compute(memory, source, (ulong)a, target).Blend(memory, (ulong)c, scale, keep)));
        })));

    /// <summary>c = alpha a + beta c, where a has each size of c or 1.</summary>
    static Compute Add(DnnShape a, DnnShape c)
    {
        static bool Fits(int size, int of) => size == of || size == 1;
        if (!Fits(a.N, c.N) || !Fits(a.C, c.C) || !Fits(a.H, c.H) || !Fits(a.W, c.W))
            throw EmulatedDnn.Bad($"{a} cannot be added to {c}");
        return static (memory, shape, address, target) =>
        {
            DnnArray source = DnnArray.Read(memory, address, shape), sum = new(target);
            for (int n = 0; n < target.N; n++)
            {
                for (int h = 0; h < target.H; h++)
                {
                    for (int w = 0; w < target.W; w++)
                    {
                        var from = source.Pixel(shape.N == 1 ? 0 : n, shape.H == 1 ? 0 : h, shape.W == 1 ? 0 : w);
                        var to = sum.Pixel(n, h, w);
                        for (int c = 0; c < to.Length; c++) to[c] = from[shape.C == 1 ? 0 : c];
                    }
                }
            }
            return sum;
        };
    }

    /// <summary>db[c] = sum over n, h, w of dy[n, h, w, c].</summary>
    static Compute BackwardBias(DnnShape dy, DnnShape db)
    {
        if ((db.N, db.C, db.H, db.W) != (1, dy.C, 1, 1))
            throw EmulatedDnn.Bad($"the gradient of the bias of {dy} is (1, {dy.C}, 1, 1), not {db}");
        return static (memory, shape, address, target) =>
        {
            var source = DnnArray.Read(memory, address, shape);
            double[] sums = new double[shape.C];
            for (int i = 0; i < source.Data.Length; i++) sums[i % shape.C] += source.Data[i];
            var result = new DnnArray(target);
            for (int c = 0; c < sums.Length; c++) result.Data[c] = (float)sums[c];
            return result;
        };
    }
}
