using Ssgan.Gan.Data.Imaging;

namespace Ssgan.Endurance;

/// <summary>Folders of images to train on, the same ones each time.</summary>
static class Pictures
{
    /// <summary>Makes files of noise.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="count">How many.</param>
    /// <param name="side">Of how many pixels.</param>
    public static string Make(string folder, int count, int side)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(1);
        byte[] pixels = new byte[side * side * 3];
        for (int i = 0; i < count; i++)
        {
            random.NextBytes(pixels);
            ImageFile.Save(Path.Combine(folder, $"{i:D4}.png"), pixels, side);
        }
        return folder;
    }
}
