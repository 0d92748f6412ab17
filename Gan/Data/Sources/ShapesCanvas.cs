namespace Ssgan.Gan.Data.Sources;

/// <summary>A colour with channels in 0..255.</summary>
internal readonly record struct Rgb(float R, float G, float B)
{
    public static Rgb operator *(Rgb a, Rgb b) => new(a.R * b.R, a.G * b.G, a.B * b.B);

    internal Rgb Scale(float s) => new(MathF.Min(R * s, 255f), MathF.Min(G * s, 255f), MathF.Min(B * s, 255f));

    internal static Rgb Lerp(Rgb a, Rgb b, float t) => new(a.R + (b.R - a.R) * t, a.G + (b.G - a.G) * t, a.B + (b.B - a.B) * t);
}

/// <summary>A rectangle of the unit square.</summary>
internal readonly record struct Bounds(float X0, float Y0, float X1, float Y1);

/// <summary>A form in the unit square, y downwards, known by its signed distance: negative inside.</summary>
internal interface IForm
{
    Bounds Bounds { get; }

    float Distance(float x, float y);
}

internal readonly record struct Disc(float X, float Y, float Radius) : IForm
{
    public Bounds Bounds => new(X - Radius, Y - Radius, X + Radius, Y + Radius);

    public float Distance(float x, float y) => MathF.Sqrt((x - X) * (x - X) + (y - Y) * (y - Y)) - Radius;
}

/// <summary>
/// The distance is exact on the outline's axes and close to it elsewhere, which is all an edge one pixel wide needs.
/// </summary>
internal readonly record struct Ellipse(float X, float Y, float Rx, float Ry) : IForm
{
    public Bounds Bounds => new(X - Rx, Y - Ry, X + Rx, Y + Ry);

    public float Distance(float x, float y)
    {
        float u = (x - X) / Rx, v = (y - Y) / Ry;
        return (MathF.Sqrt(u * u + v * v) - 1f) * MathF.Min(Rx, Ry);
    }
}

internal readonly record struct Rect(float X0, float Y0, float X1, float Y1) : IForm
{
    public Bounds Bounds => new(X0, Y0, X1, Y1);

    public float Distance(float x, float y) => MathF.Max(MathF.Max(X0 - x, x - X1), MathF.Max(Y0 - y, y - Y1));
}

/// <summary>
/// A convex quadrilateral, corners clockwise as seen: the largest of the distances to its four edges. A repeated corner
/// makes a triangle.
/// </summary>
internal readonly struct Quad : IForm
{
    readonly (float Nx, float Ny, float C) _a, _b, _c, _d;

    internal Quad(float ax, float ay, float bx, float by, float cx, float cy, float dx, float dy)
    {
        _a = Edge(ax, ay, bx, by);
        _b = Edge(bx, by, cx, cy);
        _c = Edge(cx, cy, dx, dy);
        _d = Edge(dx, dy, ax, ay);
        Bounds = new(MathF.Min(MathF.Min(ax, bx), MathF.Min(cx, dx)), MathF.Min(MathF.Min(ay, by), MathF.Min(cy, dy)),
            MathF.Max(MathF.Max(ax, bx), MathF.Max(cx, dx)), MathF.Max(MathF.Max(ay, by), MathF.Max(cy, dy)));
    }

    internal static Quad Triangle(float ax, float ay, float bx, float by, float cx, float cy) =>
        new(ax, ay, bx, by, cx, cy, cx, cy);

    public Bounds Bounds { get; }

    public float Distance(float x, float y) => MathF.Max(
        MathF.Max(_a.Nx * x + _a.Ny * y - _a.C, _b.Nx * x + _b.Ny * y - _b.C),
        MathF.Max(_c.Nx * x + _c.Ny * y - _c.C, _d.Nx * x + _d.Ny * y - _d.C));

    static (float, float, float) Edge(float px, float py, float qx, float qy)
    {
        float dx = qx - px, dy = qy - py, length = MathF.Sqrt(dx * dx + dy * dy);
        // An edge of length zero bounds nothing: its half-plane is everywhere, far below every real distance.
        if (length == 0f) return (0f, 0f, float.MaxValue);
        float nx = dy / length, ny = -dx / length;
        return (nx, ny, nx * px + ny * py);
    }
}

/// <summary>What is in the first form and not in the second.</summary>
internal readonly record struct Without<TForm, THole>(TForm Form, THole Hole) : IForm
    where TForm : struct, IForm
    where THole : struct, IForm
{
    public Bounds Bounds => Form.Bounds;

    public float Distance(float x, float y) => MathF.Max(Form.Distance(x, y), -Hole.Distance(x, y));
}

/// <summary>
/// A square image painted from back to front with edges one pixel wide. Only +, -, *, / and square roots are used, which IEEE 754
/// rounds alike everywhere: the pixels are the same on every machine.
/// </summary>
internal readonly ref struct ShapesCanvas(Span<byte> pixels, int size)
{
    readonly Span<byte> _pixels = pixels;
    readonly int _size = size;

    /// <summary>Fills rows from y0 to y1 with a vertical gradient.</summary>
    internal void Gradient(float y0, float y1, Rgb top, Rgb bottom)
    {
        for (int row = Math.Max(0, (int)MathF.Floor(y0 * _size)); row < _size; row++)
        {
            float y = (row + 0.5f) / _size;
            float cover = Math.Clamp((y - y0) * _size + 0.5f, 0f, 1f);
            if (y > y1 + 1f / _size) break;
            if (cover <= 0f) continue;
            Rgb color = Rgb.Lerp(top, bottom, Math.Clamp((y - y0) / (y1 - y0), 0f, 1f));
            for (int column = 0; column < _size; column++) Blend((row * _size + column) * 3, color, cover);
        }
    }

    /// <summary>Fills a form; opacity scales its coverage.</summary>
    internal void Fill<TForm>(in TForm form, Rgb color, float opacity = 1f) where TForm : struct, IForm
    {
        Bounds box = form.Bounds;
        int x0 = Math.Max(0, (int)MathF.Floor(box.X0 * _size - 0.5f)),
            x1 = Math.Min(_size - 1, (int)MathF.Ceiling(box.X1 * _size));
        int y0 = Math.Max(0, (int)MathF.Floor(box.Y0 * _size - 0.5f)),
            y1 = Math.Min(_size - 1, (int)MathF.Ceiling(box.Y1 * _size));
        float pixel = 1f / _size;
        for (int row = y0; row <= y1; row++)
        {
            float y = (row + 0.5f) * pixel;
            for (int column = x0; column <= x1; column++)
            {
                float cover = 0.5f - form.Distance((column + 0.5f) * pixel, y) * _size;
                if (cover > 0f) Blend((row * _size + column) * 3, color, MathF.Min(cover, 1f) * opacity);
            }
        }
    }

    void Blend(int at, Rgb color, float cover)
    {
        Span<byte> p = _pixels.Slice(at, 3);
        p[0] = (byte)(p[0] + (color.R - p[0]) * cover + 0.5f);
        p[1] = (byte)(p[1] + (color.G - p[1]) * cover + 0.5f);
        p[2] = (byte)(p[2] + (color.B - p[2]) * cover + 0.5f);
    }
}
