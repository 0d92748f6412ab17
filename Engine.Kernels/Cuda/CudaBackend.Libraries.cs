using Ssgan.Engine.Kernels.Cuda.Libraries;
using Ssgan.Engine.Kernels.Cuda.Native;

namespace Ssgan.Engine.Kernels.Cuda;

// cuBLAS and cuDNN, where they are installed; our own kernels where they are not, and a sentence that says so.
public sealed unsafe partial class CudaBackend
{
    CuBlas? _blas;
    CuBlasLt? _blasLt;
    CuDnn? _dnn;
    Nccl? _collectives;
    IReadOnlyList<string> _notices = [];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notices => _notices;

    /// <summary>cuBLAS's version, such as "12.4.5"; null where products run on our own kernels.</summary>
    public string? CuBlasVersion
    {
        get
        {
            using var lease = _device.Enter();
            return _blas is null ? null : Dotted(_blas.Version);
        }
    }

    /// <summary>cuDNN's version, such as "9.1.0"; null where convolutions run on our own kernels.</summary>
    public string? CuDnnVersion
    {
        get
        {
            using var lease = _device.Enter();
            return _dnn is null ? null : Dotted(_dnn.Version);
        }
    }

    /// <summary>Both libraries count 10000·major + 100·minor + patch.</summary>
    static string Dotted(int version) => $"{version / 10000}.{version / 100 % 100}.{version % 100}";

    void OpenLibraries()
    {
        using var lease = _device.Enter();
        try
        {
            _blas = new CuBlas(_source, _device, _stream);
        }
        catch (DeviceException e) when (e is not OutOfDeviceMemoryException)
        {
            Notice($"Matrix products on {Name} run on our own kernels, which are slower: {e.Message}");
        }
        if (_blas is not null) OpenBlasLt(_blas);
        try
        {
            _dnn = new CuDnn(_source, _device, _stream,
                new ConvTuning(_options.Autotune, _options.MayVary, _options.CacheFolder), Notice);
        }
        catch (DeviceException e) when (e is not OutOfDeviceMemoryException)
        {
            Notice($"Convolutions on {Name} run on our own kernels, which are slower: {e.Message}");
        }
    }

    void OpenBlasLt(CuBlas blas)
    {
        try
        {
            _blasLt = new CuBlasLt(_source, _device, _stream, blas.Workspace, Notice);
        }
        catch (DeviceException e) when (e is not OutOfDeviceMemoryException)
        {
            Notice($"Biases of linear layers on {Name} are added in a pass of their own, which is slower: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<LibraryUse> Libraries =>
    [
        new("cublas", "matrix products", _source.Open(CudaLibrary.CuBlas), CuBlasVersion),
        new("cudnn", "convolutions", _source.Open(CudaLibrary.CuDnn), CuDnnVersion),
    ];

    /// <inheritdoc/>
    public override string Arithmetic
    {
        get
        {
            const string Own = "own kernels";
            string convolutions = CuDnnVersion is { } dnn ? $"cuDNN {dnn}" : Own,
                products = CuBlasVersion is { } blas ? $"cuBLAS {blas}" : Own;
            string kept = _dnn is not null && _options.CacheFolder is { } folder ? $", kept in {folder}" : "";
            string plans = _dnn is null ? "" : $" with {(_options.Autotune ? "timed" : "estimated")} plans{kept}"
                + (_options.MayVary ? " that may vary in their last bits" : "");
            return $"convolutions by {convolutions}{plans}; products by {products}";
        }
    }

    /// <inheritdoc/>
    public override IDeviceCollectives OpenCollectives(DeviceRanks ranks)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        using var lease = _device.Enter();
        RefuseInCapture("Collectives were opened");
        if (_device.Guard is not null) throw new InvalidOperationException($"{Name} has its collectives already.");
        return _collectives = new Nccl(_source, _device, _stream, ranks);
    }

    void CloseLibraries()
    {
        _dnn?.Free();
        _blasLt?.Free();
        _blas?.Free();
    }

    void Notice(string sentence) => _notices = [.. _notices, sentence];

    /// <summary>
    /// Whether the libraries multiply this storage on this device: before compute capability 8.0 they know no BF16.
    /// </summary>
    bool LibrariesTake(DType type) => type == DType.F32 || Supports(8, 0);
}
