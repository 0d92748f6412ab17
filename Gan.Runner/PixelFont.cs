using System.Buffers.Binary;

namespace Ssgan.Runner;

/// <summary>
/// A small font made here, for pictures on machines that have none (most containers): 5x7 pixels with two below the baseline, digits, letters
/// and a few signs, as a TrueType file. It has the tables that FreeType asks for, without checksums.
/// </summary>
static class PixelFont
{
    const int Pixel = 100, Ascent = 8 * Pixel, Descent = 2 * Pixel, Em = 10 * Pixel, Advance = 6 * Pixel, Rows = 9, RowsAbove = 7;

    // Nine rows from the top, each a base-32 digit whose five bits are the pixels from the left: "e" is .###. and "h" is #...#
    static readonly (char Sign, string Rows)[] Glyphs =
    [
        (' ', "000000000"), ('+', "0044v4400"), (',', "00000c480"), ('-', "0000e0000"), ('.', "00000cc00"), ('0', "ehjlphe00"), ('1', "4c4444e00"),
        ('2', "eh1248v00"), ('3', "v2421he00"), ('4', "26aiv2200"), ('5', "vgu11he00"), ('6', "68guhhe00"), ('7', "v12488800"), ('8', "ehhehhe00"),
        ('9', "ehhf12c00"), ('_', "0000000v0"), ('a', "00e1fhf00"), ('b', "ggmphhu00"), ('c', "00egghe00"), ('d', "11djhhf00"), ('e', "00ehvge00"),
        ('f', "698s88800"), ('g', "00fhhhf1e"), ('h', "ggmphhh00"), ('i', "40c444e00"), ('j', "2062222ic"), ('k', "ggikoki00"), ('l', "c44444e00"),
        ('m', "00qllhh00"), ('n', "00mphhh00"), ('o', "00ehhhe00"), ('p', "00uhhhugg"), ('q', "00fhhhf11"), ('r', "00mpggg00"), ('s', "00ege1u00"),
        ('t', "88s889600"), ('u', "00hhhjd00"), ('v', "00hhha400"), ('w', "00hhlla00"), ('x', "00ha4ah00"), ('y', "00hhhhf1e"), ('z', "00v248v00"),
    ];

    /// <summary>Whether there is a glyph for a sign.</summary>
    public static bool Has(char sign) => Array.Exists(Glyphs, g => g.Sign == sign);

    /// <summary>The font as a TrueType file.</summary>
    public static byte[] Build()
    {
        var glyphs = new MemoryStream();
        var offsets = new List<int> { 0 };
        foreach (string rows in Glyphs.Select(static g => g.Rows).Prepend("vhhhhhv00"))
        {
            Outline(glyphs, rows);
            offsets.Add((int)glyphs.Length);
        }
        int count = Glyphs.Length + 1;
        var metrics = new MemoryStream();
        for (int i = 0; i < count; i++) Write(metrics, Advance, 0);
        var locations = new MemoryStream();
        foreach (int offset in offsets) Write(locations, offset >> 16, offset);
        // The tables in the order of their tags, as a reader may search them.
        return File(
            ("cmap", Characters()), ("glyf", glyphs.ToArray()),
            ("head", Words(1, 0, 1, 0, 0, 0, 0x5F0F, 0x3CF5, 0, Em, 0, 0, 0, 0, 0, 0, 0, 0, 0, -Descent, Advance, Ascent, 0, 8, 2, 1, 0)),
            ("hhea", Words(1, 0, Ascent, -Descent, 0, Advance, 0, 0, Advance, 1, 0, 0, 0, 0, 0, 0, 0, count)),
            ("hmtx", metrics.ToArray()), ("loca", locations.ToArray()),
            ("maxp", Words(1, 0, count, 4 * 5 * Rows, 5 * Rows, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)));
    }

    /// <summary>One rectangle per run of pixels, clockwise, every point on the curve.</summary>
    static void Outline(MemoryStream to, string rows)
    {
        var boxes = new List<(int Left, int Top, int Right)>();
        for (int row = 0; row < Rows; row++)
        {
            int bits = Digit(rows[row]) << 1, top = (RowsAbove - row) * Pixel;
            // A zero on either side: a run begins and ends where neighbouring bits differ.
            for (int x = 0, start = 0; x <= 5; x++)
            {
                bool now = (bits >> (5 - x) & 1) != 0, before = x > 0 && (bits >> (6 - x) & 1) != 0;
                if (now && !before) start = x;
                if (before && !now) boxes.Add((start * Pixel, top, x * Pixel));
            }
        }
        if (boxes.Count == 0) return;
        Write(to, boxes.Count, 0, -Descent, Advance, Ascent);
        for (int i = 0; i < boxes.Count; i++) Write(to, 4 * i + 3);
        Write(to, 0);
        for (int i = 0; i < 4 * boxes.Count; i++) to.WriteByte(1);
        // Coordinates are differences from the point before.
        int last = 0;
        foreach (var (left, _, right) in boxes)
        {
            Write(to, left - last, 0, right - left, 0);
            last = right;
        }
        last = 0;
        foreach (var (_, top, _) in boxes)
        {
            Write(to, top - Pixel - last, Pixel, 0, -Pixel);
            last = top - Pixel;
        }
        while (to.Length % 4 != 0) to.WriteByte(0);
    }

    /// <summary>Format 4, a segment per sign; capitals look like small letters.</summary>
    static byte[] Characters()
    {
        var map = Glyphs.Select(static (g, i) => (g.Sign, Index: i + 1)).ToList();
        map.AddRange(map.Where(static m => char.IsAsciiLetterLower(m.Sign)).Select(static m => (char.ToUpperInvariant(m.Sign), m.Index)).ToList());
        map.Sort();
        int segments = map.Count + 1;
        int[] ends = [.. map.Select(static m => (int)m.Sign), 0xFFFF], deltas = [.. map.Select(static m => m.Index - m.Sign), 1];
        int log = (int)Math.Log2(segments), range = 2 << log;
        int[] header = [0, 1, 3, 1, 0, 12, 4, 16 + 8 * segments, 0, 2 * segments, range, log, 2 * segments - range];
        return Words([.. header, .. ends, 0, .. ends, .. deltas, .. new int[segments]]);
    }

    static byte[] File(params ReadOnlySpan<(string Tag, byte[] Data)> tables)
    {
        var file = new MemoryStream();
        Write(file, 1, 0, tables.Length, 64, 2, 16 * tables.Length - 64);
        int offset = 12 + 16 * tables.Length;
        foreach (var (tag, data) in tables)
        {
            foreach (char c in tag) file.WriteByte((byte)c);
            Write(file, 0, 0, offset >> 16, offset, data.Length >> 16, data.Length);
            offset += (data.Length + 3) & ~3;
        }
        foreach (var (_, data) in tables)
        {
            file.Write(data);
            while (file.Length % 4 != 0) file.WriteByte(0);
        }
        return file.ToArray();
    }

    static byte[] Words(params ReadOnlySpan<int> words)
    {
        var bytes = new MemoryStream();
        Write(bytes, words);
        return bytes.ToArray();
    }

    /// <summary>The low 16 bits of each, most significant byte first.</summary>
    static void Write(MemoryStream to, params ReadOnlySpan<int> words)
    {
        Span<byte> bytes = stackalloc byte[2];
        foreach (int word in words)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)word);
            to.Write(bytes);
        }
    }

    static int Digit(char c) => c <= '9' ? c - '0' : c - 'a' + 10;
}
