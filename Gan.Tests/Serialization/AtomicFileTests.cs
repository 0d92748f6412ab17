using Ssgan.Engine.Serialization;

namespace Ssgan.Tests.Serialization;

public class AtomicFileTests
{
    string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("atomic").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Writes_and_replaces_and_leaves_nothing_else()
    {
        string path = Path.Combine(_folder, "a.bin");
        AtomicFile.Write(path, stream => stream.Write([1, 2, 3]));
        AtomicFile.Write(path, stream => stream.Write([4]));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 4 }));
        Assert.That(Directory.GetFileSystemEntries(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_failure_names_the_file_and_not_the_temporary_one()
    {
        string path = Path.Combine(_folder, "a.bin");
        // As a full disk shows.
        var error = Assert.Catch<IOException>(() => AtomicFile.Write(path,
            static stream => throw new IOException($"No space left on device : '{((FileStream)stream).Name}'")));
        Assert.That(error!.Message, Does.Contain(path).And.Not.Contain(".tmp"));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.Empty);
    }

    [Test]
    public void Until_the_end_a_reader_sees_the_old_file()
    {
        string path = Path.Combine(_folder, "a.bin");
        AtomicFile.Write(path, stream => stream.Write([1, 2, 3]));
        AtomicFile.Write(path, stream =>
        {
            stream.Write([9]);
            stream.Flush();
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 1, 2, 3 }));
            Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(2), "a rename is atomic only within a folder");
        });
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 9 }));
    }

    [Test]
    public void A_failure_keeps_the_old_file_and_removes_the_new_one()
    {
        string path = Path.Combine(_folder, "a.bin");
        AtomicFile.Write(path, stream => stream.Write([1, 2, 3]));
        Assert.That(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException("disk of glass");
        }), Throws.InvalidOperationException.With.Message.EqualTo("disk of glass"));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(Directory.GetFileSystemEntries(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_missing_folder_is_named()
    {
        string folder = Path.Combine(_folder, "none");
        Assert.That(() => AtomicFile.Write(Path.Combine(folder, "a.bin"), _ => { }),
            Throws.TypeOf<DirectoryNotFoundException>().With.Message.Contains($"'{folder}'"));
    }
}
