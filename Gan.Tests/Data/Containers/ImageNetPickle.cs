namespace Ssgan.Tests.Data.Containers;

/// <summary>
/// Two batches of three images of 8x8 as downsampled ImageNet has them, pickled: by Python 3.11 with NumPy 1.24 in protocols 2 to
/// 4, and with the instructions that Python 2 writes strings by.
/// </summary>
static class ImageNetPickle
{
    public const int Images = 3, RecordBytes = 3 * 8 * 8;

    public static readonly string[] Forms = ["py2-p2", "py3-p2", "py3-p3", "py3-p4"];

    /// <summary>Where "(", label 1 and label 1000 begin the list of labels.</summary>
    static ReadOnlySpan<byte> LabelsBegin => [(byte)'(', (byte)'K', 1, (byte)'M', 0xE8, 3];

    public static byte[] Pixels(int batch) =>
        [.. Enumerable.Range(0, Images * RecordBytes).Select(i => (byte)(i * 37 + batch * 11))];

    public static int[] Labels(int batch) => [1, 1000, 500 + batch];

    public static byte[] Of(string form, int batch) => File.ReadAllBytes(
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Data", "Containers", "Batches", $"{form}-{batch + 1}"));

    /// <summary>With another first label.</summary>
    public static byte[] WithLabel(string form, byte label)
    {
        byte[] file = Of(form, 0);
        file[file.AsSpan().IndexOf(LabelsBegin) + 2] = label;
        return file;
    }
}
