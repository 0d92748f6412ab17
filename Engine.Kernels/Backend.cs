namespace Ssgan.Engine.Kernels;

/// <summary>
/// The page of primitives: everything the engine asks of a device. Outputs are passed in and overwritten unless a line says
/// "adds to"; a backend never allocates a result, and knows nothing of gradients. Callers have checked shapes and types.
/// Views are dense and row-major, F32 unless said otherwise. An output may be the same view as an input only where a
/// line says "in place". Calls return when the work is queued: on the CPU that is when it is done.
/// <para>
/// The first half is what a device must have. The second says in one call what several of the first would, in fewer passes where
/// a device has kernels for it; until then it is composed of the first half (<c>Composed/</c>), with temporaries of its own.
/// </para>
/// </summary>
public abstract partial class Backend : IDisposable
{
    /// <summary>For messages: "cpu", "cuda:0".</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Whether all primitives compute with this storage: F32 everywhere, BF16 where a device overrides this. Others only move,
    /// fill and cast it, unless <see cref="MapsIn"/> or the line of a primitive says more.
    /// </summary>
    public virtual bool ComputesIn(DType type) => type == DType.F32;

    /// <summary>Whether functors and reductions take this storage, with F32 arithmetic.</summary>
    public virtual bool MapsIn(DType type) => ComputesIn(type);

    // ==== what a device must have =======================================================================================
    // ---- memory -----------------------------------------------------------------------------------------------------
    /// <summary>
    /// Allocates at least one byte, 64-byte aligned, contents undefined. Throws <see cref="OutOfDeviceMemoryException"/>.
    /// </summary>
    public abstract nint Allocate(long bytes);
    /// <summary>Frees what <see cref="Allocate"/> gave; work that is queued may still use it.</summary>
    public abstract void Free(nint address, long bytes);
    /// <summary>Host to device; source and destination have equally many bytes. Returns when the source may be reused.</summary>
    public abstract void Upload(ReadOnlySpan<byte> source, TensorView destination);
    /// <summary>Device to host; waits for the data.</summary>
    public abstract void Download(TensorView source, Span<byte> destination);
    /// <summary>Waits for all queued work.</summary>
    public abstract void Synchronize();
    /// <summary>Makes staging for uploads that run beside the work, of at most so many bytes each.</summary>
    public virtual IStagedUploads CreateStagedUploads(int slots, long bytes) => new ImmediateUploads(this);

    // ---- elementwise ------------------------------------------------------------------------------------------------
    /// <summary>y = value, any type (rounded to an integer type).</summary>
    public abstract void Fill(TensorView y, float value);
    /// <summary>y = op(x), equal shapes; in place.</summary>
    public abstract void Unary<TOp>(TOp op, TensorView x, TensorView y) where TOp : unmanaged, IUnary;
    /// <summary>
    /// y = op(a, b); a and b broadcast (right-aligned, ones stretch) to y's shape; in place over an input of y's shape.
    /// </summary>
    public abstract void Binary<TOp>(TOp op, TensorView a, TensorView b, TensorView y) where TOp : unmanaged, IBinary;
    /// <summary>
    /// y = x converted to y's type, equal shapes; to an integer it rounds half to even and saturates, NaN becomes 0; to Bool it
    /// is whether x is not 0, which NaN is not.
    /// </summary>
    public abstract void Cast(TensorView x, TensorView y);
    /// <summary>
    /// y = a op b in the type of all three, F64, I64, I32, U8 or Bool (bits alone), integers wrapping around; a and b broadcast
    /// to y's shape; in place over an input of it. From Negate on, b is not looked at, and is a itself.
    /// </summary>
    public abstract void ArithmeticExact(ArithmeticOp op, TensorView a, TensorView b, TensorView y);
    /// <summary>
    /// y Bool = whether a op b holds, a and b of one type, F32 or one of <see cref="ArithmeticExact"/>, broadcast to y's shape.
    /// </summary>
    public abstract void Compare(ComparisonOp op, TensorView a, TensorView b, TensorView y);

    // ---- movement (any type, x and y of the same) -------------------------------------------------------------------
    /// <summary>y = x with axes reordered: y's axis i is x's axis order[i].</summary>
    public abstract void Permute(TensorView x, TensorView y, ReadOnlySpan<int> order);
    /// <summary>
    /// Copies a box of <paramref name="extent"/> from xStart in x to yStart in y; the rest of y stays. All of one rank.
    /// </summary>
    public abstract void CopyBox(TensorView x, ReadOnlySpan<int> xStart, TensorView y, ReadOnlySpan<int> yStart,
        ReadOnlySpan<int> extent);
    /// <summary>y (N, …) = rows of table (M, …) at indices I32 (N); an index outside [0, M) throws on the CPU.</summary>
    public abstract void GatherRows(TensorView table, TensorView indices, TensorView y);
    /// <summary>Adds to dtable (M, …): row indices[i] += dy's row i, in the order of i.</summary>
    public abstract void ScatterAddRows(TensorView dy, TensorView indices, TensorView dtable);
    /// <summary>
    /// y[…, j, …] = x[…, indices[…, j, …], …] along an axis, of which y may have another extent; indices I32 or I64 of y's shape,
    /// or (J), which all lines along the axis share. An index outside of x's axis throws on the CPU.
    /// </summary>
    public abstract void Gather(TensorView x, TensorView indices, TensorView y, int axis);
    /// <summary>
    /// y[…, indices[…, j, …], …] = x[…, j, …] along an axis, in the order of j: where indices repeat the last one stays. What
    /// none names stays. Indices as in <see cref="Gather"/>, of x's shape.
    /// </summary>
    public abstract void Scatter(TensorView x, TensorView indices, TensorView y, int axis);
    /// <summary>The same, added to y in the order of j; F32 or F64.</summary>
    public abstract void ScatterAdd(TensorView x, TensorView indices, TensorView y, int axis);

    // ---- reductions -------------------------------------------------------------------------------------------------
    /// <summary>
    /// y = reduction of x over the axes where y has 1 and x has not; equal ranks, and neighbouring axes of one fate merged, at
    /// most four groups. Deterministic.
    /// </summary>
    public abstract void Reduce<TOp>(TensorView x, TensorView y) where TOp : unmanaged, IReduce;
    /// <summary>
    /// The same in the type of both, F64, I64, I32, U8 or Bool (as bytes), integers wrapping around; no reduced axis is empty.
    /// </summary>
    public abstract void ReduceExact(ReduceOp op, TensorView x, TensorView y);
    /// <summary>
    /// y I32 = index of the first maximum of each row of x (…, K) along the last axis; a NaN counts as the maximum.
    /// </summary>
    public abstract void ArgMax(TensorView x, TensorView y);
    /// <summary>
    /// order I32 (…, J) = where the first J elements of each row of x F32 (…, K) lie when it is sorted along the last axis. Equal
    /// elements keep their order; a NaN counts as the largest.
    /// </summary>
    public abstract void ArgSort(TensorView x, TensorView order, bool descending);
    /// <summary>
    /// y = sums of x along an axis up to and with each element, from its end if backwards; F32, F64, I32 or I64 (integers wrap
    /// around). Carried in double precision and rounded once an element. In place. Deterministic.
    /// </summary>
    public abstract void CumSum(TensorView x, TensorView y, int axis, bool backwards);

    // ---- linear algebra ---------------------------------------------------------------------------------------------
    /// <summary>
    /// c = op(a)·op(b), or adds to c; rank 2, or rank 3 with equal batches; op transposes the last two axes where asked.
    /// </summary>
    public abstract void MatMul(TensorView a, bool transposeA, TensorView b, bool transposeB, TensorView c, bool accumulate);
    /// <summary>
    /// y (N, OH, OW, K) = x (N, H, W, C) * w (K, KH, KW, C / groups) + bias (K), cross-correlation as the spec says.
    /// </summary>
    public abstract void Conv2dForward(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec);
    /// <summary>dx (N, H, W, C) from dy (N, OH, OW, K) and w (K, KH, KW, C / groups).</summary>
    public abstract void Conv2dBackwardData(TensorView dy, TensorView w, TensorView dx, in ConvSpec spec);
    /// <summary>dw (K, KH, KW, C / groups) from x (N, H, W, C) and dy (N, OH, OW, K). Deterministic.</summary>
    public abstract void Conv2dBackwardFilter(TensorView x, TensorView dy, TensorView dw, in ConvSpec spec);

    // ---- images (N, H, W, C) ----------------------------------------------------------------------------------------
    /// <summary>y = mean over each window; padding counts as zeros and in the divisor.</summary>
    public abstract void AvgPool2d(TensorView x, TensorView y, in PoolSpec spec);
    /// <summary>dx = each dy spread evenly over its window.</summary>
    public abstract void AvgPool2dBackward(TensorView dy, TensorView dx, in PoolSpec spec);
    /// <summary>
    /// y = maximum of each window (padding never wins; a NaN does); index I32 = its h·W + w, the first on a tie.
    /// </summary>
    public abstract void MaxPool2d(TensorView x, TensorView y, TensorView index, in PoolSpec spec);
    /// <summary>
    /// dx = 0, then each dy is added at the index that <see cref="MaxPool2d"/> of the same spec chose, in the order of
    /// dy. Deterministic.
    /// </summary>
    public abstract void MaxPool2dBackward(TensorView dy, TensorView index, TensorView dx, in PoolSpec spec);
    /// <summary>y (N, 2H, 2W, C) from x (N, H, W, C).</summary>
    public abstract void Upsample2x(TensorView x, TensorView y, UpsampleMode mode);
    /// <summary>dx (N, H, W, C) from dy (N, 2H, 2W, C): the transpose of <see cref="Upsample2x"/>.</summary>
    public abstract void Upsample2xBackward(TensorView dy, TensorView dx, UpsampleMode mode);
    /// <summary>
    /// Square images: y[i] = x[i] turned by 90°·turns[i] counter-clockwise (clockwise if inverse); turns I32 (N),
    /// any integer, mod 4.
    /// </summary>
    public abstract void Rotate90(TensorView x, TensorView turns, TensorView y, bool inverse);

    // ---- random -----------------------------------------------------------------------------------------------------
    /// <summary>
    /// y = standard normals (Box-Muller on Philox 4x32-10); generator I32 (4) = key lo, hi, counter lo, hi,
    /// advanced by ⌈count / 4⌉.
    /// </summary>
    public abstract void Normal(TensorView y, TensorView generator);
    /// <summary>y uniform in [low, high); generator as in <see cref="Normal"/>.</summary>
    public abstract void Uniform(TensorView y, TensorView generator, float low, float high);

    // ==== what a device may fuse =========================================================================================
    // ---- linear algebra ---------------------------------------------------------------------------------------------
    /// <summary>
    /// y (N, K) = x (N, D)·w (K, D) transposed + bias F32 (K) in every row; x, w and y of one type. CUDA may round the
    /// bias to it first.
    /// </summary>
    public virtual void Linear(TensorView x, TensorView w, TensorView bias, TensorView y) =>
        ComposedLinear.Forward(this, x, w, bias, y);
    /// <summary>y = max(0, <see cref="Conv2dForward"/>); a NaN stays one.</summary>
    public virtual void Conv2dReluForward(TensorView x, TensorView w, TensorView? bias, TensorView y, in ConvSpec spec) =>
        ComposedConv2d.ReluForward(this, x, w, bias, y, spec);

    // ---- normalisation ----------------------------------------------------------------------------------------------
    /// <summary>
    /// x, y (…, C); statistics over all but C. y = gamma·(x − mean)·invStd + beta, ReLU if the spec says so; mean and invStd (C)
    /// are the batch's (biased variance); the running mean and (unbiased) variance are updated in place. y may be x. With classes
    /// I32 (N) x has rank 4, gamma and beta are (K, C), and image i takes row classes[i]; a class outside [0, K) throws on the
    /// CPU. Without, classes is default.
    /// </summary>
    public virtual void BatchNormForward(TensorView x, TensorView gamma, TensorView beta, TensorView classes,
        TensorView runningMean, TensorView runningVar, TensorView y, TensorView mean, TensorView invStd, in BatchNormSpec spec) =>
        ComposedBatchNorm.Forward(this, x, gamma, beta, classes, runningMean, runningVar, y, mean, invStd, spec);
    /// <summary>
    /// dx, and dgamma and dbeta in gamma's shape, from dy and what the forward saw; with fused ReLU dy is masked where the output
    /// was not positive. dx may be dy. Deterministic.
    /// </summary>
    public virtual void BatchNormBackward(TensorView x, TensorView gamma, TensorView beta, TensorView classes, TensorView mean,
        TensorView invStd, TensorView dy, TensorView dx, TensorView dgamma, TensorView dbeta, in BatchNormSpec spec) =>
        ComposedBatchNormBackward.Forward(this, x, gamma, beta, classes, mean, invStd, dy, dx, dgamma, dbeta, spec);
    /// <summary>
    /// Per layer: v ← normalise(Wᵀu), u ← normalise(Wv), `iterations` times (0: u and v stay); then sigma and W / sigma, the
    /// latter F32 or BF16. Deterministic on a given device.
    /// </summary>
    public virtual void SpectralNormForward(ReadOnlySpan<SpectralLayer> layers, int iterations, float epsilon) =>
        ComposedSpectralNorm.Forward(this, layers, iterations, epsilon);
    /// <summary>
    /// Per layer adds to dw: dn / sigma − (⟨dn, W⟩ / sigma²)·u·vᵀ, the gradient at fixed u and v (Miyato et al. 2018, eq. 12).
    /// dn has W's shape; the layers' Normalized are not looked at. Deterministic.
    /// </summary>
    public virtual void SpectralNormBackward(ReadOnlySpan<SpectralLayer> layers, ReadOnlySpan<TensorView> dn,
        ReadOnlySpan<TensorView> dw) =>
        ComposedSpectralNorm.Backward(this, layers, dn, dw);
    /// <summary>The same for one layer.</summary>
    public void SpectralNormBackward(in SpectralLayer layer, TensorView dn, TensorView dw) =>
        SpectralNormBackward(new(in layer), new(in dn), new(in dw));

    // ---- images (N, H, W, C) ----------------------------------------------------------------------------------------
    /// <summary>y = x at the positions that <see cref="MaxPool2d"/> chose.</summary>
    public virtual void MaxPool2dGather(TensorView x, TensorView index, TensorView y) =>
        ComposedMaxPool2d.Gather(this, x, index, y);
    /// <summary>
    /// upright (N, S, S, C) = pixels[indices[i]] / 127.5 − 1 from pixels U8 (M, S, S, C) at indices I32 (N), mirrored left to
    /// right where flips I32 (N), if not default, is not 0; rotated, if not default, is what <see cref="Rotate90"/> makes of it
    /// by turns I32 (N), which else are not looked at. An index outside [0, M) throws on the CPU and makes NaN of both on CUDA.
    /// </summary>
    public virtual void GatherImages(TensorView pixels, TensorView indices, TensorView flips, TensorView turns,
        TensorView upright, TensorView rotated) =>
        ComposedGatherImages.Forward(this, pixels, indices, flips, turns, upright, rotated);

    // ---- losses -----------------------------------------------------------------------------------------------------
    /// <summary>
    /// y = ln Σ eˣ of each row of x (…, K) along the last axis, whatever the size of x; −∞ of an empty row, NaN if any
    /// is. Deterministic.
    /// </summary>
    public virtual void LogSumExp(TensorView x, TensorView y) => ComposedReduce.LogSumExp(this, x, y);
    /// <summary>
    /// losses (N) = logsumexp(logits[i]) − logits[i][labels[i]]; logits (N, K), labels I32 (N); correct (N), where given, 1 where
    /// the first maximum (a NaN counts as one) is the label, else 0. A label outside [0, K) throws on the CPU.
    /// </summary>
    public virtual void SoftmaxCrossEntropy(TensorView logits, TensorView labels, TensorView losses,
        TensorView correct = default) =>
        ComposedCrossEntropy.Forward(this, logits, labels, losses, correct);
    /// <summary>dlogits (N, K) = (softmax(logits) − onehot(labels))·dlosses[i]; may be logits.</summary>
    public virtual void SoftmaxCrossEntropyBackward(TensorView logits, TensorView labels,
        TensorView dlosses, TensorView dlogits) =>
        ComposedCrossEntropy.Backward(this, logits, labels, dlosses, dlogits);
    /// <summary>
    /// loss (1) = mean(max(0, 1 − real)) + mean(max(0, 1 + fake)); real (N, 1), fake (M, 1); NaN where one is
    /// empty. Deterministic.
    /// </summary>
    public virtual void HingeDiscriminator(TensorView real, TensorView fake, TensorView loss) =>
        ComposedHinge.Discriminator(this, real, fake, loss);
    /// <summary>
    /// dreal (N, 1) = −dloss / N where 1 − real is positive, dfake (M, 1) = dloss / M where 1 + fake is, 0 elsewhere; dloss (1).
    /// </summary>
    public virtual void HingeDiscriminatorBackward(TensorView real, TensorView fake, TensorView dloss,
        TensorView dreal, TensorView dfake) =>
        ComposedHinge.DiscriminatorBackward(this, real, fake, dloss, dreal, dfake);

    // ---- optimizer --------------------------------------------------------------------------------------------------
    /// <summary>
    /// For every slot step I32 (1) += 1, then Adam's update with bias correction by that count; learningRate (1). Kingma and Ba
    /// 2015, algorithm 1. A slot's average, where given, follows its parameter: a = decay·a + (1 − decay)·p. What moves while a
    /// graph replays is read on the device: restBeta2 (1) = 1 − β2 and restDecay (1) = 1 − decay, each in (0, 1], in place of the
    /// spec's where given.
    /// </summary>
    public virtual void Adam(ReadOnlySpan<AdamSlot> slots, TensorView learningRate, in AdamSpec spec,
        TensorView restBeta2 = default, TensorView restDecay = default) =>
        ComposedAdam.Update(this, slots, learningRate, spec, restBeta2, restDecay);
    /// <summary>
    /// step I32 (1) += 1, then each rate (1) = <see cref="DecaySpec.At"/> of it, the same bits on every device.
    /// </summary>
    public virtual void LinearDecay(TensorView step, ReadOnlySpan<TensorView> rates, in DecaySpec spec) =>
        ComposedLinearDecay.Forward(this, step, rates, spec);
    /// <summary>norm (1) = the root of the sum of all squares of all gradients, of any shapes. Deterministic.</summary>
    public virtual void GradientNorm(ReadOnlySpan<TensorView> gradients, TensorView norm) =>
        ComposedGradientNorm.Forward(this, gradients, norm);
    /// <summary>
    /// sum (2) += value (1): sum[0] is the number next to the sum, sum[1] what it lacks; the same bits on every device.
    /// </summary>
    public virtual void CompensatedSum(TensorView sum, TensorView value) =>
        ComposedCompensatedSum.Forward(this, sum, value);

    /// <summary>Releases threads, handles and library state. Memory is the owner's to free first.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the backend has; called with true, as it has no finalizer.</summary>
    protected abstract void Dispose(bool disposing);
}
