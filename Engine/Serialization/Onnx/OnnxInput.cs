using Ssgan.Engine.Kernels;

namespace Ssgan.Engine.Serialization.Onnx;

/// <summary>An input of a module that is exported.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="Shape">Its dimensions without the batch, as the module takes them: images are (H, W, C) here, and (N, C, H, W) in
/// the model.</param>
/// <param name="Type">F32 or I32.</param>
public sealed record OnnxInput(string Name, Shape Shape, DType Type = DType.F32);
