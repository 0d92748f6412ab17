using System.Net;
using Ssgan.Gan.Data;
using Ssgan.Gan.Metrics.Networks.Inception;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Metrics.Networks;

public sealed class InceptionWeightsTests
{
    sealed class Server(byte[] answer) : HttpMessageHandler
    {
        public Uri? Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked = request.RequestUri;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(answer) });
        }
    }

    const string Address =
        "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth";

    [Test]
    public void Another_file_is_refused_by_its_hash()
    {
        using var folder = new TempFolder();
        string path = folder.Write("other.pth", [1, 2, 3]);
        Assert.That(() => InceptionWeights.Find(path), Throws.TypeOf<DatasetException>().With.Message.Contains(path)
            .And.Message.Contains("039058c6f2c0cb492c533b0a4d14ef77").And.Message.Contains(Address));
        folder.Write(InceptionWeights.FileName, [1, 2, 3]);
        Assert.That(() => InceptionWeights.Find(null, new() { CacheDirectory = folder.Root }),
            Throws.TypeOf<DatasetException>().With.Message.Contains(folder[InceptionWeights.FileName]));
    }

    [Test]
    public void A_path_with_no_file_is_named()
    {
        using var folder = new TempFolder();
        Assert.That(() => InceptionWeights.Find(folder["none.pth"]),
            Throws.TypeOf<DatasetException>().With.Message.Contains(folder["none.pth"]));
    }

    [Test]
    public void Where_it_cannot_be_had_one_sentence_says_what_belongs_where([Values] bool allowDownload)
    {
        using var folder = new TempFolder();
        using var server = new Server([1, 2, 3]);
        var options = new DataOptions { CacheDirectory = folder.Root, AllowDownload = allowDownload, Http = server };
        Assert.That(() => InceptionWeights.Find(null, options), Throws.TypeOf<DatasetException>()
            .With.Message.Contains(folder.Root).And.Message.Contains($"put {InceptionWeights.FileName} from {Address} there."));
        Assert.That(server.Asked?.ToString(), Is.EqualTo(allowDownload ? Address : null));
        Assert.That(Directory.GetFiles(folder.Root), Is.Empty);
    }
}
