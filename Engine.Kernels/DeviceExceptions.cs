namespace Ssgan.Engine.Kernels;

/// <summary>
/// A device, its driver or one of its libraries failed or is missing. The message is one sentence that names the culprit.
/// </summary>
public class DeviceException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The device has too little free memory for an allocation.</summary>
public sealed class OutOfDeviceMemoryException(string message) : DeviceException(message);

/// <summary>A kernel or the hardware did what cannot be undone: every later call to the device fails, in this process.</summary>
public sealed class DeviceLostException(string message) : DeviceException(message);
