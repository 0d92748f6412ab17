namespace Ssgan.Benchmarks.Peers;

/// <summary>Work that both sides do with their own means.</summary>
/// <param name="Name">What --only takes.</param>
/// <param name="Detail">What is done, for the table.</param>
/// <param name="Gflop">Of the plain algorithm, a multiply-add counted as two; 0 where it says nothing.</param>
abstract record Item(string Name, string Detail, double Gflop)
{
    public static IReadOnlyList<Item> All { get; } =
    [
        new StepItem("d_step_b16_full", 16, 256, 128, Discriminator: true),
        new StepItem("g_step_b16_full", 16, 256, 128, Discriminator: false),
        new StepItem("d_step_b64_small", 64, 64, 32, Discriminator: true),
        new StepItem("g_step_b64_small", 64, 64, 32, Discriminator: false),
        new ConvolutionItem("conv3x3_256_32x32_fwd", 16, 256, 32, Backward: false),
        new ConvolutionItem("conv3x3_256_32x32_fwdbwd", 16, 256, 32, Backward: true),
        new ConvolutionItem("conv3x3_128_32x32_fwdbwd", 16, 128, 32, Backward: true),
        new ConvolutionItem("conv3x3_128_8x8_fwdbwd", 16, 128, 8, Backward: true),
        new ConvolutionItem("conv3x3_96x16_8x8_fwd", 16, 1536, 8, Backward: false, Groups: 96),
        new ConvolutionItem("conv3x3_96x16_8x8_fwdbwd", 16, 1536, 8, Backward: true, Groups: 96),
        new ConvolutionItem("conv3x3_96x16_16x16_fwd", 16, 1536, 16, Backward: false, Groups: 96),
        new ConvolutionItem("conv3x3_96x16_16x16_fwdbwd", 16, 1536, 16, Backward: true, Groups: 96),
        new ConvolutionItem("conv3x3_96x16_32x32_fwd", 16, 1536, 32, Backward: false, Groups: 96),
        new ConvolutionItem("conv3x3_96x16_32x32_fwdbwd", 16, 1536, 32, Backward: true, Groups: 96),
        new ProductItem("sgemm_1024x1024x1024", 1024, 1024, 1024),
        new ProductItem("sgemm_256x9216x2304", 256, 9216, 2304),
        new RotationItem("rotate_b64_3x32x32", 64, 3, 32),
        new RotationItem("rotate_b64_3x128x128", 64, 3, 128),
        new SpectralNormItem("spectral_norm_128x1152", 128, 3),
        new BatchNormItem("batchnorm_relu_b16_256x32x32_fwdbwd", 16, 256, 32),
        new UpsampleItem("upsample2x_b16_256x16x16_fwdbwd", 16, 256, 16),
        new AdamItem("adam_4m", 16, 512),
        new CrossEntropyItem("cross_entropy_64x4_fwd", 64, 4, Backward: false),
        new CrossEntropyItem("cross_entropy_64x4_fwdbwd", 64, 4, Backward: true),
        new ClassifierItem("fashion_mnist_step_b64", 64, 24),
        new InceptionItem("inception_b16_libtorch", 16, Onnx: false),
        new InceptionItem("inception_b16_onnxruntime", 16, Onnx: true),
    ];
}

/// <summary>One update of SSGAN-32.</summary>
sealed record StepItem(string Name, int Batch, int Ngf, int Ndf, bool Discriminator) : Item(Name,
    $"batch {Batch}, ngf {Ngf}, ndf {Ndf}; " + (Discriminator
        ? "G forward, D on real, fake and rotated real, backward, Adam"
        : "G forward, D on fakes and rotated fakes, backward into G, Adam"),
    Count(Batch, Ngf, Ndf, Discriminator))
{
    /// <summary>Convolutions and linear layers only; a backward costs one forward for each of dW and dx.</summary>
    static double Count(double n, double ngf, double ndf, bool discriminator)
    {
        const double Latent = 128;
        double g = 0, pixels = 16;
        for (int i = 0; i < 3; i++)
        {
            pixels *= 4;
            g += pixels * ngf * ngf * (9 + 9 + 1);
        }
        g += 1024 * ngf * 3 * 9 + Latent * 16 * ngf;
        double first = 1024 * 3 * ndf * 9, pooled = 256 * 3 * ndf;
        double d = first + pooled + ndf * ndf * (1024 * 9 + 256 * (9 + 9 + 1) + 64 * 9 * 4) + ndf * 5;
        return 2e-9 * n * (discriminator ? g + 3 * (3 * d - first - pooled) : 3 * g - Latent * 16 * ngf + 2 * 2 * d);
    }
}

/// <summary>A 3x3 convolution with bias and padding 1, in one group or several.</summary>
sealed record ConvolutionItem(string Name, int Batch, int Channels, int Side, bool Backward, int Groups = 1) : Item(Name,
    $"batch {Batch}, {Channels} to {Channels}{(Groups == 1 ? "" : $" in {Groups} groups")}, bias, padding 1"
        + (Backward ? "; gradients of x, weight, bias" : ", no gradient"),
    2e-9 * Batch * Channels * (Channels / Groups) * 9 * Side * Side * (Backward ? 3 : 1));

/// <summary>C (m, n) = A (m, k) · B (k, n).</summary>
sealed record ProductItem(string Name, int M, int N, int K)
    : Item(Name, $"C({M}x{N}) = A({M}x{K}) · B({K}x{N})", 2e-9 * M * N * K);

/// <summary>Quarters of the batch turned by 0, 90, 180 and 270 degrees.</summary>
sealed record RotationItem(string Name, int Batch, int Channels, int Side) : Item(Name,
    $"{Batch} images, quarters turned by 0, 90, 180, 270 degrees", 0);

/// <summary>W / σ of a convolution's weight.</summary>
sealed record SpectralNormItem(string Name, int Channels, int Kernel)
    : Item(Name, "one power iteration, sigma, W / sigma, no gradient", 0);

/// <summary>Batch norm in training, then ReLU.</summary>
sealed record BatchNormItem(string Name, int Batch, int Channels, int Side)
    : Item(Name, "running statistics; gradients of x, gamma, beta", 0);

/// <summary>Bilinear upsampling, align_corners = false.</summary>
sealed record UpsampleItem(string Name, int Batch, int Channels, int Side) : Item(Name, "bilinear; gradient of x", 0);

/// <summary>Adam on square parameters, betas (0, 0.9).</summary>
sealed record AdamItem(string Name, int Count, int Side) : Item(Name, $"{Count} parameters of {Side}x{Side}", 0);

/// <summary>Mean cross-entropy of logits.</summary>
sealed record CrossEntropyItem(string Name, int Batch, int Classes, bool Backward) : Item(Name,
    Backward ? "mean loss and gradient of the logits" : "mean loss, no gradient", 0);

/// <summary>One update of samples/FashionMnist's network: forward, cross-entropy, backward, SGD with momentum.</summary>
sealed record ClassifierItem(string Name, int Batch, int Width) : Item(Name,
    $"batch {Batch} of 28x28, width {Width}; forward, loss, backward, SGD", 0);

/// <summary>The Inception network of FID, images to features and logits; the peer is libtorch or ONNX Runtime.</summary>
sealed record InceptionItem(string Name, int Batch, bool Onnx) : Item(Name,
    $"batch {Batch}, features and logits; {(Onnx ? "ONNX Runtime" : "libtorch, frozen TorchScript")}", 11.42 * Batch);
