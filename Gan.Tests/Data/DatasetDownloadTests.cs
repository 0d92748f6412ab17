using System.Net;
using System.Security.Cryptography;
using Ssgan.Gan.Data;
using Ssgan.Gan.Data.Storage;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data;

public sealed class DatasetDownloadTests
{
    sealed class Server(Func<byte[]> answer, HttpStatusCode status = HttpStatusCode.OK) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            return Task.FromResult(new HttpResponseMessage(status) { Content = new StreamContent(new MemoryStream(answer())) });
        }
    }

    static readonly byte[] File1 = DataSamples.Noise(300_000, 1);

    static RemoteArchive Archive(byte[] file) =>
        new("tiny", "tiny.tar.gz", new("https://example.invalid/tiny.tar.gz"), file.Length,
            Convert.ToHexStringLower(SHA256.HashData(file)));

    static DataOptions Options(TempFolder folder, HttpMessageHandler server, Action<DataProgress>? progress = null) =>
        new() { DataDirectory = folder["data"], Http = server, Progress = new Reported<DataProgress>(progress) };

    [Test]
    public void AFileIsFetchedOnceAndVerified()
    {
        using var folder = new TempFolder();
        using var server = new Server(() => File1);
        var last = default(DataProgress);
        DataOptions options = Options(folder, server, p => last = p);
        for (int i = 0; i < 2; i++)
            Assert.That(DatasetDownload.Find(Archive(File1), options, default), Is.EqualTo(folder["data/tiny.tar.gz"]));
        Assert.That(File.ReadAllBytes(folder["data/tiny.tar.gz"]), Is.EqualTo(File1));
        Assert.That((server.Requests, last), Is.EqualTo((1, new DataProgress("download", 300_000, 300_000))));
    }

    [Test]
    public void AnythingElseLeavesNoFileAndSaysWhatToPutWhere([Values("changed", "short", "long", "status", "down")] string fault)
    {
        using var folder = new TempFolder();
        byte[] changed = [.. File1];
        changed[1000] ^= 1;
        using var server = new Server(() => fault switch
        {
            "changed" => changed,
            "short" => File1[..^1],
            "long" => [.. File1, 0],
            "down" => throw new HttpRequestException("Name or service not known."),
            _ => File1,
        }, fault == "status" ? HttpStatusCode.NotFound : HttpStatusCode.OK);
        DatasetException e = Assert.Throws<DatasetException>(() => DatasetDownload.Find(Archive(File1),
            Options(folder, server), default));
        Assert.That(e.Message,
            Does.Contain("put tiny.tar.gz from https://example.invalid/tiny.tar.gz there").And.Contain(folder["data"]));
        Assert.That(e.Message, Does.Contain(fault switch { "long" => "more than the 300000 bytes", "status" => "404",
            "down" => "not known", _ => "SHA-256" }));
        Assert.That(Directory.GetFiles(folder["data"]), Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void TheHintHasTheWholePath(bool download)
    {
        using var server = new Server(() => File1, HttpStatusCode.NotFound);
        using var folder = new TempFolder();
        string relative = Path.GetRelativePath(".", folder["data"]);
        var options = new DataOptions { DataDirectory = relative, Http = server, AllowDownload = download };
        Assert.That(() => DatasetDownload.Find(Archive(File1), options, default),
            Throws.TypeOf<DatasetException>().With.Message.Contains($"tiny is not in {folder["data"]}")
                .And.Message.Not.Contains(relative));
    }

    [Test]
    public void CancellingLeavesNoFile()
    {
        using var folder = new TempFolder();
        using var stop = new CancellationTokenSource();
        using var server = new Server(() => File1);
        Assert.That(() => DatasetDownload.Find(Archive(File1), Options(folder, server, _ => stop.Cancel()), stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFiles(folder["data"]), Is.Empty);
    }
}
