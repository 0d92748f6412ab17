using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Storage;

namespace Ssgan.Benchmarks.Workloads;

/// <summary>
/// Whole training steps on images in memory, and on packed images of which the system has nothing in its cache when a step
/// begins: what a set costs that is larger than memory.
/// </summary>
static partial class Streaming
{
    const int Images = 1 << 16, Side = 32;

    public static IEnumerable<Workload> All(Variant v)
    {
        // Nothing is streamed where the host is another machine's part, and Linux alone is asked to forget a file.
        if (v.OnCard || !OperatingSystem.IsLinux()) yield break;
        yield return Of("step/resident/ssgan32", v, isStreamed: false);
        yield return Of("step/streamed/ssgan32", v, isStreamed: true);
    }

    static Workload Of(string name, Variant v, bool isStreamed)
    {
        int width = v.Width(64);
        var settings = Recipe.Of(v.Batch(64), "f32", Side, width, width);
        return new(name, "f32", 0, 0, bed =>
        {
            if (!isStreamed) return bed.Own(new Trainee(bed.Device, settings)).Iterate;
            string path = Path.Combine(bed.Folder, "images.pack");
            Write(path, Math.Max(v.Width(Images), settings.Optimisation.Batch), bed.RandomBytes(2 * Side * Side * 3));
            var images = bed.Own(new Pack(path));
            var trainee = bed.Own(new Trainee(bed.Device, settings, images));
            return () =>
            {
                images.Forget();
                trainee.Iterate();
            };
        })
        {
            Kind = WorkloadKind.Host, IsShort = true,
        };
    }

    static void Write(string path, int count, ReadOnlySpan<byte> noise)
    {
        using var stream = File.Create(path);
        using var writer = new PackWriter(stream, Side);
        for (int i = 0; i < count; i++) writer.Append(noise.Slice(i * 7919 % (noise.Length / 2), Side * Side * 3));
        writer.Finish();
        stream.Flush(flushToDisk: true);
    }

    sealed partial class Pack(string path) : IImageSource
    {
        const int DontNeed = 4;

        readonly PackFile _pack = PackFile.OpenKnown(path, Side)
            ?? throw new InvalidOperationException($"{path} is no pack right after it was written.");
        readonly SafeFileHandle _file = File.OpenHandle(path);

        public string Name => "a pack";

        public long? Count => _pack.Count;

        public int Size => Side;

        public string ContentHash => "";

        public void Read(long index, Span<byte> pixels) => _pack.Read(index, pixels);

        /// <summary>Has the system drop what it keeps of the file in memory.</summary>
        public void Forget()
        {
            if (Advise(_file, 0, 0, DontNeed) != 0) throw new IOException($"{path} cannot be dropped from the system's cache.");
        }

        public void Dispose()
        {
            _pack.Dispose();
            _file.Dispose();
        }

        [LibraryImport("libc", EntryPoint = "posix_fadvise")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
    }
}
