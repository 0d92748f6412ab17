using System.Text.RegularExpressions;
using Ssgan.Tests.Support;

namespace Ssgan.Tests.Data;

/// <summary>The folders of Gan/Data depend on each other one way, and on nothing else of the library.</summary>
public sealed partial class RoomTests
{
    /// <summary>Each room with those that its files may name; "" is Gan/Data itself, which all may name.</summary>
    static readonly Dictionary<string, string[]> Below = new()
    {
        [""] = [], ["Imaging"] = [], ["Storage"] = [], ["Loading"] = [], ["Sources"] = ["Imaging", "Storage"],
    };

    static string Root => Path.Combine(RepoRoot.Path, "Gan", "Data");

    [TestCaseSource(nameof(Files))]
    public void AFileNamesOnlyRoomsBelowItsOwn(string file)
    {
        string text = File.ReadAllText(Path.Combine(Root, file)), room = Path.GetDirectoryName(file)!;
        Assert.That(text, Does.Contain($"namespace Ssgan.Gan.Data{(room.Length == 0 ? "" : "." + room)};"));
        string[] named = [.. Name().Matches(text).Select(static m => m.Groups[1].Value).Where(n => n != room).Distinct()];
        Assert.That(named, Is.SubsetOf(Below[room]));
        Assert.That(Elsewhere().Matches(text).Select(static m => m.Value), Is.Empty);
    }

    static IEnumerable<string> Files() => Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
        .Select(static f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal);

    // Either in full or as the neighbour it is: "using Ssgan.Gan.Data.Storage", "Storage.ContentHash".
    [GeneratedRegex(@"(?<![\w""])(?:Ssgan\.Gan\.Data\.)?(Imaging|Storage|Loading|Sources)[.;]")]
    private static partial Regex Name();

    [GeneratedRegex(@"Ssgan\.(?:Gan\.(?!Data)|Runner)\w*|(?<![\w.])(?:Training|Losses|Models)\.\w+")]
    private static partial Regex Elsewhere();
}
