using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Ssgan.Engine;
using Ssgan.Gan.Data.Imaging;
using Ssgan.Gan.Training;
using Ssgan.Runner.Commands;
using Ssgan.Runner.Serve;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Runner;

public sealed class ServeTests
{
    const string Token = "0123456789abcdef";

    TempFolder _scratch = null!;

    [OneTimeSetUp]
    public void TrainOnce()
    {
        _scratch = new TempFolder();
        Shell.Train(_scratch["runs/a"], "--steps", "2", "--log-every", "1", "--sample-every", "1");
        Shell.Train(_scratch["runs/b"], "--steps", "1");
        _scratch.Write("runs/secret.txt", "secret"u8.ToArray());
        _scratch.Write("secret.txt", "secret"u8.ToArray());
    }

    [OneTimeTearDown]
    public void Clear() => _scratch.Dispose();

    RunServer Open(string? token = null, Func<Device>? open = null) => new(_scratch["runs"], IPAddress.Loopback, 0, token,
        open ?? (static () => Device.Cpu(1)), TrainArguments.NameOf);

    [Test]
    public async Task The_page_its_runs_and_their_files_are_served()
    {
        using var server = Open();
        using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        var page = await client.GetAsync("/");
        Assert.That(page.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
        Assert.That(await page.Content.ReadAsStringAsync(), Does.Contain("{\"live\":true}").And.Contain("connect-src 'self'"));
        Assert.That(page.Headers.GetValues("Content-Security-Policy"), Is.EqualTo(new[] { "frame-ancestors 'none'" }));
        using var runs = JsonDocument.Parse(await client.GetStringAsync("/runs"));
        Assert.That(runs.RootElement.GetProperty("runs").EnumerateArray().Select(static r =>
            (r.GetProperty("name").GetString(), r.GetProperty("step").GetInt64())),
            Is.EquivalentTo(new[] { ("a", 2L), ("b", 1L) }));
        using var report = JsonDocument.Parse(await client.GetStringAsync("/runs/a/report"));
        string sheet = report.RootElement.GetProperty("sheets").GetProperty("items")[2].GetProperty("src").GetString()!;
        Assert.That(await client.GetByteArrayAsync(sheet),
            Is.EqualTo(await File.ReadAllBytesAsync(_scratch["runs/a/samples/fakes-00000002.png"])));
        using var head = new HttpRequestMessage(HttpMethod.Head, "/runs");
        var empty = await client.SendAsync(head);
        Assert.That((empty.StatusCode, (await empty.Content.ReadAsByteArrayAsync()).Length), Is.EqualTo((HttpStatusCode.OK, 0)));
    }

    [Test]
    public async Task The_newest_checkpoint_draws_what_is_asked_for()
    {
        using var server = Open();
        using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        using var device = Device.Cpu(1);
        using var generator = TrainedGenerator.Open(device, _scratch["runs/a"]);
        var drawn = await client.GetAsync("/runs/a/draw?seed=5&to=9&way=0");
        Assert.That(drawn.Headers.GetValues("X-Step"), Is.EqualTo(new[] { "2" }));
        Assert.That(await drawn.Content.ReadAsByteArrayAsync(), Is.EqualTo(Png(generator.Draw(5, 1))));
        Assert.That(await client.GetByteArrayAsync("/runs/a/draw?seed=5&to=9&way=1"), Is.EqualTo(Png(generator.Draw(9, 1))));
        byte[] middle = await client.GetByteArrayAsync("/runs/a/draw?seed=5&to=9&way=0.5");
        byte[] back = Png(generator.Draw([generator.Between(9, 5, 0.5)], null));
        Assert.That(middle, Is.EqualTo(back), "The way back has the same middle.");
        Assert.That(middle, Is.Not.EqualTo(Png(generator.Draw(5, 1))));

        byte[] Png(byte[] pixels) => ImageGrid.Encode(pixels, 1, generator.Size, 1, 8);
    }

    [TestCase("seed=-1")]
    [TestCase("seed=1&way=2")]
    [TestCase("seed=1&way=NaN")]
    [TestCase("seed=1&class=x")]
    [TestCase("")]
    public async Task What_cannot_be_drawn_is_refused(string query)
    {
        using var server = Open(open: static () => throw new InvalidOperationException("No device is needed for that."));
        Assert.That(await Status(server, $"GET /runs/a/draw?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n"), Is.EqualTo(400));
    }

    [TestCase("GET /../secret.txt HTTP/1.1\r\nHost: localhost\r\n\r\n", 404)]
    [TestCase("GET /runs/..%2fsecret.txt/report HTTP/1.1\r\nHost: localhost\r\n\r\n", 404)]
    [TestCase("GET /runs/../report HTTP/1.1\r\nHost: localhost\r\n\r\n", 404)]
    [TestCase("GET /runs/%2e%2e/report HTTP/1.1\r\nHost: localhost\r\n\r\n", 404)]
    [TestCase("GET /runs/a/sheets/..%2f..%2fconfig.json HTTP/1.1\r\nHost: localhost\r\n\r\n", 404)]
    [TestCase("GET /runs/a/sheets/7 HTTP/1.1\r\nHost: localhost\r\n\r\n", 404)]
    [TestCase("GET /runs/none/news HTTP/1.1\r\nHost: localhost\r\n\r\n", 404)]
    [TestCase("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403)]
    [TestCase("GET / HTTP/1.1\r\nHost: localhost.evil.example:80\r\n\r\n", 403)]
    [TestCase("GET / HTTP/1.1\r\n\r\n", 403)]
    [TestCase("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400)]
    [TestCase("GET /runs HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n", 403)]
    [TestCase("GET / HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n\r\n", 200)]
    [TestCase("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200)]
    [TestCase("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405)]
    [TestCase("GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [TestCase("GET / HTTP/2\r\nHost: localhost\r\n\r\n", 400)]
    [TestCase("GET /?a=1&a=2 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [TestCase("\r\n\r\n", 400)]
    public async Task Strange_requests_get_nothing(string request, int status)
    {
        using var server = Open();
        Assert.That(await Status(server, request), Is.EqualTo(status));
    }

    [Test]
    public async Task A_head_without_an_end_is_cut()
    {
        using var server = Open();
        string request = "GET / HTTP/1.1\r\nHost: localhost\r\nX: ";
        Assert.That(await Status(server, request.PadRight(8192, 'a')), Is.EqualTo(400));
    }

    [Test]
    public void Damaged_heads_never_end_the_server()
    {
        var random = new Random(11);
        byte[] whole = Encoding.ASCII.GetBytes("GET /runs/a%20b/draw?seed=1&to=2 HTTP/1.1\r\nHost: localhost\r\nCookie: a=b");
        Assert.That(HttpRequest.Parse(whole)!.Path, Is.EqualTo(new[] { "runs", "a b", "draw" }));
        for (int round = 0; round < 2000; round++)
        {
            byte[] bytes = [.. whole];
            for (int i = 0; i < 4; i++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var request = HttpRequest.Parse(bytes.AsSpan(0, random.Next(bytes.Length + 1)));
            if (request is not null) _ = new Access(new IPEndPoint(IPAddress.Loopback, 80), Token).Refuse(request);
        }
    }

    [Test]
    public async Task Elsewhere_the_token_is_asked_for_and_leaves_the_address()
    {
        using var server = Open(Token);
        Assert.That(server.Url, Does.EndWith($"/?token={Token}"));
        Assert.That(await Status(server, "GET / HTTP/1.1\r\nHost: box:80\r\n\r\n"), Is.EqualTo(401));
        Assert.That(await Status(server, "GET /runs HTTP/1.1\r\nHost: box\r\nCookie: ssgan-1=x\r\n\r\n"), Is.EqualTo(401));
        Assert.That(await Status(server, $"GET /runs?token={Token} HTTP/1.1\r\nHost: box\r\n\r\n"), Is.EqualTo(401));
        string bearer = $"GET /runs HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer {Token}";
        Assert.That(await Status(server, bearer + "x\r\n\r\n"), Is.EqualTo(401));
        Assert.That(await Status(server, bearer + "\r\n\r\n"), Is.EqualTo(200));
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = true, UseCookies = true });
        var page = await client.GetAsync(new Uri(server.Url));
        Assert.That((page.StatusCode, page.RequestMessage!.RequestUri!.Query), Is.EqualTo((HttpStatusCode.OK, "")));
    }

    [Test]
    public async Task News_come_as_the_log_grows()
    {
        using var scratch = new TempFolder();
        foreach (string file in (string[])["config.json", "metrics.jsonl"])
            scratch.Write($"runs/c/{file}", await File.ReadAllBytesAsync(_scratch[$"runs/a/{file}"]));
        using var server = new RunServer(scratch["runs"], IPAddress.Loopback, 0, null, static () => Device.Cpu(1),
            TrainArguments.NameOf);
        using var client = new HttpClient { BaseAddress = new Uri(server.Url), Timeout = TimeSpan.FromMinutes(2) };
        using var stream = new StreamReader(await client.GetStreamAsync("/runs/c/news"));
        Assert.That(await Next(stream), Is.EqualTo(2));
        await File.AppendAllTextAsync(scratch["runs/c/metrics.jsonl"], "{\"step\":3,\"loss_d\":1}\n");
        Assert.That(await Next(stream), Is.EqualTo(3));

        static async Task<long> Next(StreamReader stream)
        {
            while (await stream.ReadLineAsync() is { } line)
            {
                if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
                using var report = JsonDocument.Parse(line["data: ".Length..]);
                return report.RootElement.GetProperty("curves").GetProperty("lines").GetInt64();
            }
            return -1;
        }
    }

    [Test]
    public void Wrong_options_are_refused_before_anything_is_served()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        (string[] Arguments, string Says)[] cases =
        [
            ([_scratch["none"]], "There is no folder"), ([_scratch["runs"], "--port", port], "--port 0 takes a free one"),
            ([_scratch["runs"], "--port", "70000"], "--port is 70000"), ([_scratch["runs"], "--address", "x"], "--address is x"),
            ([_scratch["runs"], "--token", "short"], "16 or more"),
        ];
        Assert.That(Shell.Train(_scratch["elsewhere"], "--serve", "--port", port).Error,
            Does.Contain("--port 0 takes a free one"));
        Assert.That(_scratch["elsewhere"], Does.Not.Exist);
        foreach (var (arguments, says) in cases)
        {
            var printed = Shell.Run(["serve", .. arguments]);
            Assert.That((printed.Code, printed.ErrorLines.Length), Is.EqualTo((2, 1)), says);
            Assert.That(printed.Error, Does.Contain(says));
        }
    }

    [Test]
    public void Serve_ends_with_Ctrl_C_and_train_says_where_its_page_is()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var printed = Shell.Run(stop.Token, "serve", _scratch["runs"], "--port", "0");
        Assert.That((printed.Code, printed.Error), Is.EqualTo((0, "")));
        Assert.That(printed.Out, Does.Match(@"at http://127\.0\.0\.1:\d+/; Ctrl-C"));
        using var scratch = new TempFolder();
        Assert.That(Shell.Train(scratch["run"], "--steps", "1", "--serve", "--port", "0").Out,
            Does.Match(@"This run is at http://127\.0\.0\.1:\d+/ while"));
    }

    static async Task<int> Status(RunServer server, string request)
    {
        using var client = new TcpClient();
        var url = new Uri(server.Url);
        await client.ConnectAsync(url.Host, url.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        string answer = await reader.ReadToEndAsync();
        Assert.That(answer, Does.Not.Contain("secret"));
        return int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
