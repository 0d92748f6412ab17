namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// One scene: a sky that is lightest at the horizon, sun or moon above, ground or sea below, and one large subject that stands
/// upright. Every scene has one right way up, which is what a rotation task asks for.
/// </summary>
internal static class ShapesScene
{
    /// <summary>The subjects by number: what <see cref="Subject"/> gives.</summary>
    internal static string[] Subjects { get; } = ["house", "tree", "boat", "face"];

    const int House = 0, Tree = 1, Boat = 2;

    readonly record struct Sky(Rgb Top, Rgb Horizon, Rgb Sun, Rgb Light, bool Night);

    static Sky PickSky(ref SplitMix random) => random.Below(5) switch
    {
        0 => new(new(96, 62, 140), new(255, 158, 92), new(255, 236, 150), new(1f, 0.82f, 0.74f), false),
        1 => new(new(118, 172, 224), new(255, 214, 186), new(255, 244, 180), new(1f, 0.95f, 0.90f), false),
        2 => new(new(12, 18, 54), new(60, 76, 132), new(244, 242, 216), new(0.50f, 0.55f, 0.76f), true),
        _ => new(new(62, 136, 226), new(188, 224, 250), new(255, 222, 72), new(1f, 1f, 1f), false),
    };

    // The first draws of a scene's stream, so that its subject is known without drawing it.
    static (Sky Sky, int Subject) Pick(ref SplitMix random) => (PickSky(ref random), random.Below(Subjects.Length));

    /// <summary>Which subject a scene shows.</summary>
    internal static int Subject(ref SplitMix random) => Pick(ref random).Subject;

    internal static void Draw(in ShapesCanvas canvas, ref SplitMix random)
    {
        (Sky sky, int subject) = Pick(ref random);
        bool sea = subject == Boat;
        float horizon = random.Between(0.60f, 0.72f);

        canvas.Gradient(0f, horizon, sky.Top, sky.Horizon);
        DrawSun(canvas, ref random, sky);
        if (!sky.Night) DrawCloud(canvas, ref random);
        if (random.Chance(0.5f)) DrawHill(canvas, ref random, sky, horizon);

        Rgb ground = sky.Light * (sea
            ? random.Below(2) switch { 0 => new Rgb(36, 104, 186), _ => new Rgb(28, 142, 166) }
            : random.Below(4) switch { 0 => new(122, 190, 84), 1 => new(206, 178, 98),
                2 => new(232, 238, 246), _ => new(88, 164, 78) });
        canvas.Gradient(horizon, 1f, ground, ground.Scale(0.72f));

        // A subject catches more light than the ground, so that it stays readable at night.
        Rgb light = Rgb.Lerp(sky.Light, new(1f, 1f, 1f), 0.35f);
        float x = random.Between(0.36f, 0.64f), scale = random.Between(0.85f, 1.15f);
        switch (subject)
        {
            case House:
                ShapesSubjects.House(canvas, ref random, x, horizon + random.Between(0.10f, 0.18f), scale, light, sky.Night);
                break;
            case Tree: ShapesSubjects.Tree(canvas, ref random, x, horizon + random.Between(0.08f, 0.18f), scale, light); break;
            case Boat:
                ShapesSubjects.Boat(canvas, ref random, x, horizon + random.Between(0.08f, 0.16f), scale, light, ground); break;
            default: ShapesSubjects.Face(canvas, ref random, x, scale, light); break;
        }
    }

    static void DrawSun(in ShapesCanvas canvas, ref SplitMix random, in Sky sky)
    {
        float x = random.Between(0.10f, 0.26f), y = random.Between(0.12f, 0.24f), radius = random.Between(0.07f, 0.10f);
        if (random.Chance(0.5f)) x = 1f - x;
        if (sky.Night)
        {
            for (int star = 0; star < 5; star++)
                canvas.Fill(new Disc(random.Float(), random.Between(0f, 0.42f), 0.012f), sky.Sun, 0.8f);
            canvas.Fill(new Without<Disc, Disc>(new(x, y, radius), new(x + radius * 0.55f, y - radius * 0.2f, radius * 0.85f)),
                sky.Sun);
            return;
        }
        canvas.Fill(new Disc(x, y, radius * 1.6f), sky.Sun, 0.25f);
        canvas.Fill(new Disc(x, y, radius), sky.Sun);
    }

    static void DrawCloud(in ShapesCanvas canvas, ref SplitMix random)
    {
        if (random.Chance(0.4f)) return;
        Rgb white = new(252, 252, 255);
        float x = random.Between(0.15f, 0.85f), y = random.Between(0.12f, 0.30f), r = random.Between(0.05f, 0.08f);
        canvas.Fill(new Ellipse(x, y + r * 0.4f, r * 2.2f, r * 0.75f), white, 0.9f);
        canvas.Fill(new Disc(x + r * 0.3f, y - r * 0.1f, r), white, 0.9f);
    }

    static void DrawHill(in ShapesCanvas canvas, ref SplitMix random, in Sky sky, float horizon)
    {
        Rgb color = Rgb.Lerp(new Rgb(92, 132, 120) * sky.Light, sky.Horizon, 0.35f);
        float x = random.Between(0.05f, 0.95f), height = random.Between(0.10f, 0.20f);
        if (random.Chance(0.5f)) canvas.Fill(new Ellipse(x, horizon + 0.02f, 0.45f, height), color);
        else canvas.Fill(Quad.Triangle(x, horizon - height * 1.3f, x + 0.36f, horizon + 0.02f, x - 0.36f, horizon + 0.02f),
            color);
    }
}
