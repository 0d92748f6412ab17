using Microsoft.ML.OnnxRuntime;

namespace Ssgan.Benchmarks.Peers;

/// <summary>The Inception network by ONNX Runtime, as it comes: all of its optimisations, on so many threads.</summary>
sealed class OnnxInception : IDisposable
{
    readonly SessionOptions _options;
    readonly InferenceSession _session;
    readonly OrtValue _images;
    readonly RunOptions _run = new();

    public OnnxInception(int batch, int threads)
    {
        _options = new SessionOptions { IntraOpNumThreads = threads };
        _session = new InferenceSession(InceptionModels.Path("inception.onnx"), _options);
        _images = OrtValue.CreateTensorValueFromMemory(InceptionModels.Images(batch, planes: true),
            [batch, 3, InceptionModels.Side, InceptionModels.Side]);
        using var y = _session.Run(_run, _session.InputNames, [_images], _session.OutputNames);
        InceptionModels.Check(y[0].GetTensorDataAsSpan<float>());
    }

    public void Run() => _session.Run(_run, _session.InputNames, [_images], _session.OutputNames).Dispose();

    public void Dispose()
    {
        _images.Dispose();
        _session.Dispose();
        _options.Dispose();
        _run.Dispose();
    }
}
