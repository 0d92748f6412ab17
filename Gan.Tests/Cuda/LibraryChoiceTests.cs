using System.Runtime.InteropServices;
using Ssgan.Emulator;
using Ssgan.Engine.Kernels;
using Ssgan.Engine.Kernels.Cuda;

namespace Ssgan.Tests.Cuda;

/// <summary>Which path products and convolutions take, and what the user is told.</summary>
sealed class LibraryChoiceTests
{
    const string Gemm = "cublasGemmEx", GemmWithBias = "cublasLtMatmul", Convolution = "cudnnBackendExecute";

    [Test]
    public void Libraries_serve_where_they_are_installed()
    {
        using var rig = new Rig(new EmulatorOptions());
        rig.Multiply(DType.F32);
        rig.Convolve(DType.BF16);
        rig.Linear(DType.F32);
        Assert.That((rig.Calls(Gemm), rig.Calls(GemmWithBias), rig.Calls(Convolution)), Is.EqualTo((1L, 1L, 1L)));
        Assert.That(rig.Cuda.Notices, Is.Empty);
    }

    [TestCase(DType.F32, 0)]
    [TestCase(DType.BF16, 1)]
    public void A_bias_is_added_in_the_product(DType type, int launches)
    {
        using var rig = new Rig(new EmulatorOptions());
        // A bias in F32 is brought into BF16 by a kernel.
        long before = rig.Cuda.Counters.Launches;
        Assert.That(rig.Linear(type, 2), Is.EqualTo(2.5f));
        Assert.That(rig.Cuda.Counters.Launches - before, Is.EqualTo(launches));
        Assert.That((rig.Calls(Gemm), rig.Calls(GemmWithBias)), Is.EqualTo((0L, 1L)));
    }

    [Test]
    public void An_algorithm_is_chosen_once_and_adds_parts_of_sums_in_f32()
    {
        using var rig = new Rig(new EmulatorOptions());
        // 1 + 2^-8 is no BF16 number: rounded before 2^-8 is added, it would be 1 or 1 + 2^-7, and the sum another.
        for (int i = 0; i < 3; i++)
            Assert.That(rig.Linear(DType.BF16, 1, second: 1f / 256, bias: 1f / 256), Is.EqualTo(1 + 1f / 128));
        Assert.That((rig.Calls("cublasLtMatmulAlgoGetHeuristic"), rig.Calls(GemmWithBias)), Is.EqualTo((1L, 3L)));
    }

    [Test]
    public void Without_cublaslt_a_kernel_adds_the_bias_and_a_sentence_says_so([Values] bool installed)
    {
        using var rig = new Rig(new EmulatorOptions { HasCuBlasLt = installed, MissingFunctions = ["cublasLtMatmul"] });
        Assert.That(rig.Linear(DType.F32, 2), Is.EqualTo(2.5f));
        Assert.That((rig.Calls(Gemm), rig.Calls(GemmWithBias)), Is.EqualTo((1L, 0L)));
        Assert.That(rig.Cuda.Notices.Single(),
            Does.StartWith("Biases of linear layers on cuda:0 are added in a pass of their own")
            .And.Contains(installed ? "cublasLtMatmul" : "libcublasLt"));
    }

    [Test]
    public void A_layer_that_cublaslt_has_no_algorithm_for_is_named_once()
    {
        using var rig = new Rig(new EmulatorOptions { MissingAlgorithms = [66, 31, 11, 7] });
        for (int i = 0; i < 2; i++) Assert.That(rig.Linear(DType.F32, 2), Is.EqualTo(2.5f));
        Assert.That(rig.Cuda.Notices, Is.EqualTo(new[]
        {
            "cuBLASLt has no algorithm for (1, 16) x (1, 16)T in F32 with a bias, so cuBLAS multiplies, and the bias is added "
            + "in a pass of its own.",
        }));
        Assert.That(rig.Calls("cublasLtMatmulAlgoGetHeuristic"), Is.EqualTo(1));
    }

    [Test]
    public void Own_kernels_serve_where_they_are_not_and_a_sentence_says_so()
    {
        using var rig = new Rig(new EmulatorOptions { HasCuBlas = false, HasCuDnn = false });
        rig.Multiply(DType.F32);
        rig.Convolve(DType.F32);
        Assert.That(rig.Cuda.Notices, Has.Count.EqualTo(2));
        Assert.That(rig.Cuda.Notices[0],
            Does.StartWith("Matrix products on cuda:0 run on our own kernels").And.Contains("libcublas")
                .And.Contains("pip install"));
        Assert.That(rig.Cuda.Notices[1],
            Does.StartWith("Convolutions on cuda:0 run on our own kernels").And.Contains("libcudnn").And.Contains("pip install"));
    }

    [Test]
    public void A_library_that_is_too_old_is_named()
    {
        using var rig = new Rig(new EmulatorOptions { MissingFunctions = ["cublasGemmStridedBatchedEx"] });
        rig.Multiply(DType.F32);
        Assert.That(rig.Calls(Gemm), Is.Zero);
        Assert.That(rig.Cuda.Notices.Single(), Does.Contain("cublasGemmStridedBatchedEx"));
    }

    [Test]
    public void Own_kernels_can_be_asked_for()
    {
        using var rig = new Rig(new EmulatorOptions(), new CudaOptions { UseLibraries = false });
        rig.Multiply(DType.F32);
        rig.Convolve(DType.F32);
        Assert.That((rig.Calls(Gemm), rig.Calls(Convolution)), Is.EqualTo((0L, 0L)));
        Assert.That(rig.Cuda.Notices, Is.Empty);
    }

    [Test]
    public void Bf16_runs_on_own_kernels_on_cards_whose_libraries_lack_it()
    {
        using var rig = new Rig(new EmulatorOptions { ComputeCapability = 75 });
        rig.Multiply(DType.BF16);
        rig.Convolve(DType.BF16);
        Assert.That((rig.Calls(Gemm), rig.Calls(Convolution)), Is.EqualTo((0L, 0L)));
        rig.Multiply(DType.F32);
        Assert.That(rig.Calls(Gemm), Is.EqualTo(1));
    }

    [Test]
    public void F32_is_exact_unless_tf32_is_allowed([Values] bool libraries,
        [Values("product", "layer", "convolution")] string operation)
    {
        // 1 + 2^-12 needs more than TF32's 10 bits.
        using var rig = new Rig(new EmulatorOptions(), new CudaOptions { UseLibraries = libraries });
        Assert.That(Result(), Is.EqualTo(1 + 1f / 4096));
        rig.Cuda.AllowTf32 = true;
        Assert.That(Result(), Is.EqualTo(1f));

        float Result() => operation switch
        {
            "product" => rig.Multiply(DType.F32, 1 + 1f / 4096),
            "layer" => rig.Linear(DType.F32, 1 + 1f / 4096, bias: 0),
            _ => rig.Convolve(DType.F32, 1 + 1f / 4096),
        };
    }

    [Test]
    public void Everything_is_given_back([Values] bool libraries)
    {
        using var device = new EmulatedCuda(new EmulatorOptions());
        using (var cuda = new CudaBackend(device, 0, new CudaOptions { UseLibraries = libraries }))
        {
            using var rig = new Rig(device, cuda);
            rig.Multiply(DType.F32);
            rig.Linear(DType.F32);
            rig.Convolve(DType.F32);
        }
        Assert.That(device.Leaks(), Is.Empty);
    }

    /// <summary>A device, a backend, and operations on 16 values that make one: x times one hot.</summary>
    sealed class Rig : IDisposable
    {
        readonly EmulatedCuda? _owned;
        readonly EmulatedCuda _device;

        public Rig(EmulatorOptions machine, CudaOptions? options = null)
        {
            _device = _owned = new EmulatedCuda(machine);
            Cuda = new CudaBackend(_device, 0, options);
        }

        public Rig(EmulatedCuda device, CudaBackend cuda) => (_device, Cuda) = (device, cuda);

        public CudaBackend Cuda { get; }

        public long Calls(string function) => _device.Calls(function);

        public float Multiply(DType type, float value = 1) =>
            Run(type, new Shape(1, 16), new Shape(16, 1), new Shape(1, 1), value,
                (a, b, c) => Cuda.MatMul(a, false, b, false, c, false));

        public float Convolve(DType type, float value = 1) =>
            Run(type, new Shape(1, 1, 1, 16), new Shape(1, 1, 1, 16), new Shape(1, 1, 1, 1), value,
                (x, w, y) => Cuda.Conv2dForward(x, w, null, y, new ConvSpec(1, 0)));

        /// <summary>The value, one more of its row, and a bias.</summary>
        public float Linear(DType type, float value = 1, float second = 0, float bias = 0.5f)
        {
            var addend = Upload(new Shape(1), DType.F32, bias);
            var shape = new Shape(1, 16);
            var result = Run(type, shape, shape, new Shape(1, 1), [value, second], [1, 1],
                (x, w, y) => Cuda.Linear(x, w, addend, y));
            Cuda.Free(addend.Address, addend.Bytes);
            return result;
        }

        float Run(DType type, Shape a, Shape b, Shape c, float value, Action<TensorView, TensorView, TensorView> call) =>
            Run(type, a, b, c, [value], [1], call);

        float Run(DType type, Shape a, Shape b, Shape c, float[] left, float[] right,
            Action<TensorView, TensorView, TensorView> call)
        {
            TensorView first = Upload(a, type, left), second = Upload(b, type, right), result = Upload(c, type, 0);
            call(first, second, result);
            var bytes = new byte[result.Bytes];
            Cuda.Download(result, bytes);
            foreach (var view in (TensorView[])[first, second, result]) Cuda.Free(view.Address, view.Bytes);
            return type == DType.F32 ? MemoryMarshal.Read<float>(bytes) : BFloat16.ToSingle(MemoryMarshal.Read<ushort>(bytes));
        }

        /// <summary>The first values, then zeros.</summary>
        TensorView Upload(Shape shape, DType type, params float[] first)
        {
            var view = new TensorView(Cuda.Allocate(shape.Count * type.Size()), shape, type);
            var values = new float[shape.Count];
            first.CopyTo(values, 0);
            if (type == DType.F32) Cuda.Upload(MemoryMarshal.AsBytes<float>(values), view);
            else Cuda.Upload(MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(values, BFloat16.FromSingle)), view);
            return view;
        }

        public void Dispose()
        {
            if (_owned is null) return;
            Cuda.Dispose();
            _owned.Dispose();
        }
    }
}
