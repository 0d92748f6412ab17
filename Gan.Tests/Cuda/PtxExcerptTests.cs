using System.Text;
using System.Text.RegularExpressions;
using Ssgan.Engine.Kernels.Cuda.Launch;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Cuda;

/// <summary>The text that the driver gets for one kernel.</summary>
sealed partial class PtxExcerptTests
{
    const string Module = """
        // made by hand
        .version 7.0
        .target sm_75
        .address_size 64

        .shared .align 4 .b8 part[128];
        .func helper()
        {
            ret;
        }
        .visible .entry first(
            .param .b64 first_param_0
        )
        {
            // a block of its own
            {
                call helper;
            }
            ret;
        }
                                        // -- End function
        .visible .entry first_wide()
        {
            exit;
        }
        .global .b8 last;

        """;

    [Test]
    public void Other_kernels_and_comments_are_left_out_and_all_else_stays() =>
        Assert.That(Excerpt(Module, "first"), Is.EqualTo("""
        .version 7.0
        .target sm_75
        .address_size 64
        .shared .align 4 .b8 part[128];
        .func helper()
        {
            ret;
        }
        .visible .entry first(
            .param .b64 first_param_0
        )
        {
            {
                call helper;
            }
            ret;
        }
        .global .b8 last;

        """));

    [Test]
    public void A_name_is_taken_whole()
    {
        Assert.That(Excerpt(Module, "first_wide"), Does.Contain("exit;").And.Not.Contain("call helper"));
        Assert.That(Excerpt(Module, "firs"), Is.Null);
        Assert.That(Excerpt(Module, "first_wide_f32"), Is.Null);
    }

    [Test]
    public void Each_kernel_that_we_have_is_found_and_ends_with_its_last_brace()
    {
        int kernels = 0;
        foreach (string file in Directory.GetFiles(RepoRoot.At("kernels", "ptx"), "*.ptx"))
        {
            string module = File.ReadAllText(file);
            foreach (Match entry in Entry().Matches(module))
            {
                string excerpt = Excerpt(module, entry.Groups[1].Value)!,
                    name = $"{Path.GetFileName(file)}: {entry.Groups[1].Value}";
                Assert.That(Entry().Matches(excerpt).Select(static m => m.Value), Is.EqualTo(new[] { entry.Value }), name);
                Assert.That(excerpt, Does.StartWith(".version").And.EndsWith("}\n"), name);
                // From the declaration to the body's last brace, everything but comments and blank lines.
                string whole = module[entry.Index..(module.IndexOf("\n}", entry.Index, StringComparison.Ordinal) + 2)];
                var lines = whole.Split('\n').Where(static l => l.Trim() is { Length: > 0 } code
                    && !code.StartsWith("//", StringComparison.Ordinal));
                Assert.That(excerpt, Does.EndWith(string.Join('\n', lines) + "\n"), name);
                kernels++;
            }
        }
        Assert.That(kernels, Is.GreaterThan(200));
    }

    static string? Excerpt(string module, string entry)
    {
        byte[]? excerpt = PtxExcerpt.Of(Encoding.UTF8.GetBytes(module + '\0'), Encoding.UTF8.GetBytes(entry));
        if (excerpt is null) return null;
        Assert.That(excerpt[^1], Is.Zero);
        return Encoding.UTF8.GetString(excerpt.AsSpan()[..^1]);
    }

    [GeneratedRegex(@"^\.visible \.entry (\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
