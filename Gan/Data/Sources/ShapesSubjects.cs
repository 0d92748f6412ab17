namespace Ssgan.Gan.Data.Sources;

/// <summary>
/// The subjects of the procedural set: large forms in few colours, standing at (x, ground line), tinted by the light.
/// </summary>
internal static class ShapesSubjects
{
    internal static void House(in ShapesCanvas canvas, ref SplitMix random, float x, float foot,
        float scale, Rgb light, bool night)
    {
        Rgb wall = random.Below(4) switch { 0 => new(246, 228, 190), 1 => new(214, 120, 92),
            2 => new(240, 240, 236), _ => new(240, 200, 96) };
        Rgb roof = random.Below(3) switch { 0 => new(160, 52, 44), 1 => new(74, 82, 110), _ => new(112, 70, 48) };
        Rgb glass = night ? new(255, 220, 110) : new Rgb(120, 176, 214) * light;
        wall *= light;
        roof *= light;
        float half = random.Between(0.20f, 0.25f) * scale, height = random.Between(0.25f, 0.31f) * scale, eaves = foot - height;
        float peak = eaves - random.Between(0.17f, 0.23f) * scale, over = half * 1.24f;

        canvas.Fill(new Ellipse(x, foot, half * 1.35f, 0.035f), new(0, 0, 0), 0.25f);
        if (random.Chance(0.6f))
            canvas.Fill(new Rect(x + half * 0.45f, peak + 0.01f, x + half * 0.75f, eaves), roof.Scale(0.75f));
        canvas.Fill(new Rect(x - half, eaves, x + half, foot), wall);
        canvas.Fill(new Rect(x + half * 0.62f, eaves, x + half, foot), wall.Scale(0.88f));
        canvas.Fill(Quad.Triangle(x, peak, x + over, eaves + 0.015f, x - over, eaves + 0.015f), roof);
        float door = half * 0.22f, side = random.Chance(0.5f) ? -1f : 1f;
        canvas.Fill(new Rect(x - side * half * 0.45f - door, foot - height * 0.62f, x - side * half * 0.45f + door, foot),
            roof.Scale(0.7f));
        float wx = x + side * half * 0.42f, wy = foot - height * 0.55f, w = half * 0.27f;
        canvas.Fill(new Rect(wx - w, wy - w, wx + w, wy + w), glass);
    }

    internal static void Tree(in ShapesCanvas canvas, ref SplitMix random, float x, float foot, float scale, Rgb light)
    {
        Rgb bark = new Rgb(112, 74, 46) * light;
        Rgb leaf = light * random.Below(5) switch
            { 0 => new Rgb(226, 130, 48), 1 => new Rgb(244, 160, 190), 2 => new Rgb(116, 176, 62), _ => new Rgb(44, 132, 66) };
        float height = random.Between(0.52f, 0.62f) * scale, trunk = random.Between(0.030f, 0.042f) * scale, top = foot - height;
        canvas.Fill(new Ellipse(x, foot, 0.18f * scale, 0.032f), new(0, 0, 0), 0.25f);
        canvas.Fill(new Rect(x - trunk, foot - height * 0.5f, x + trunk, foot), bark);
        if (random.Chance(0.4f))
        {
            // A fir: three tiers, each wider and a little darker than the one above it.
            Rgb needle = light * new Rgb(34, 104, 72);
            for (int tier = 2; tier >= 0; tier--)
            {
                float peak = top + height * 0.20f * tier, half = (0.11f + 0.045f * tier) * scale, low = peak + height * 0.40f;
                canvas.Fill(Quad.Triangle(x, peak, x + half, low, x - half, low), needle.Scale(1.15f - 0.12f * tier));
            }
            return;
        }
        float r = random.Between(0.135f, 0.165f) * scale, y = top + r * 1.35f;
        canvas.Fill(new Disc(x - r * 0.75f, y + r * 0.45f, r * 0.85f), leaf.Scale(0.86f));
        canvas.Fill(new Disc(x + r * 0.75f, y + r * 0.45f, r * 0.85f), leaf.Scale(0.86f));
        canvas.Fill(new Disc(x, y, r * 1.1f), leaf);
        canvas.Fill(new Disc(x - r * 0.25f, y - r * 0.3f, r * 0.55f), leaf.Scale(1.14f));
    }

    internal static void Boat(in ShapesCanvas canvas, ref SplitMix random, float x, float water, float scale, Rgb light, Rgb sea)
    {
        Rgb hull = light * random.Below(3) switch { 0 => new Rgb(150, 74, 44), 1 => new Rgb(196, 48, 48),
            _ => new Rgb(52, 60, 96) };
        Rgb sail = light * random.Below(4) switch { 0 => new Rgb(240, 108, 84), 1 => new Rgb(250, 206, 92),
            _ => new Rgb(250, 248, 240) };
        float half = random.Between(0.24f, 0.30f) * scale, depth = 0.11f * scale, mast = random.Between(0.42f, 0.50f) * scale;
        float deck = water - depth, top = deck - mast, side = random.Chance(0.5f) ? 1f : -1f;

        canvas.Fill(new Rect(x - 0.012f * scale, top, x + 0.012f * scale, deck), new Rgb(96, 66, 44) * light);
        Sail(canvas, x + side * 0.03f * scale, top, deck - 0.03f * scale, side * half * 0.82f, sail);
        Sail(canvas, x - side * 0.03f * scale, top + mast * 0.18f, deck - 0.03f * scale, -side * half * 0.60f, sail.Scale(0.84f));
        canvas.Fill(new Quad(x - half, deck, x + half, deck, x + half * 0.66f, water, x - half * 0.66f, water), hull);
        canvas.Fill(new Rect(x - half * 0.92f, deck, x + half * 0.92f, deck + depth * 0.28f), hull.Scale(1.35f));
        for (int wave = 0; wave < 3; wave++)
        {
            float wx = random.Between(0.1f, 0.9f), wy = water + (1f - water) * (0.15f + 0.3f * wave);
            canvas.Fill(new Ellipse(wx, wy, 0.11f, 0.014f), sea.Scale(1.45f), 0.8f);
        }
        canvas.Fill(new Ellipse(x, water, half * 0.95f, 0.018f), sea.Scale(1.5f), 0.9f);
    }

    // A right triangle whose upright edge is at the mast; the width's sign tells to which side it opens, and
    // corners stay clockwise.
    static void Sail(in ShapesCanvas canvas, float x, float top, float low, float width, Rgb color) => canvas.Fill(
        width > 0f ? Quad.Triangle(x, top, x + width, low, x, low) : Quad.Triangle(x, top, x, low, x + width, low), color);

    internal static void Face(in ShapesCanvas canvas, ref SplitMix random, float x, float scale, Rgb light)
    {
        Rgb skin = light * random.Below(4) switch
            { 0 => new Rgb(255, 214, 178), 1 => new Rgb(232, 176, 128), 2 => new Rgb(188, 130, 90), _ => new Rgb(146, 98, 68) };
        Rgb hair = light * random.Below(4) switch
            { 0 => new Rgb(38, 28, 26), 1 => new Rgb(120, 70, 36), 2 => new Rgb(236, 190, 90), _ => new Rgb(186, 78, 36) };
        Rgb shirt = light * random.Below(4) switch
            { 0 => new Rgb(214, 56, 62), 1 => new Rgb(50, 96, 190), 2 => new Rgb(250, 200, 60), _ => new Rgb(70, 160, 110) };
        float r = random.Between(0.20f, 0.235f) * scale, y = random.Between(0.46f, 0.52f);
        bool longHair = random.Chance(0.45f), hat = random.Chance(0.25f);

        if (longHair) canvas.Fill(new Ellipse(x, y + r * 0.35f, r * 1.28f, r * 1.45f), hair);
        canvas.Fill(new Ellipse(x, 1.04f, r * 1.75f, 1.04f - y - r * 0.98f), shirt);
        canvas.Fill(new Rect(x - r * 0.34f, y + r * 0.6f, x + r * 0.34f, y + r * 1.25f), skin.Scale(0.86f));
        canvas.Fill(new Disc(x, y - r * 0.12f, r * 1.16f), hair);
        canvas.Fill(new Ellipse(x, y + r * 0.10f, r * 0.96f, r * 1.02f), skin);
        if (hat)
        {
            canvas.Fill(new Ellipse(x, y - r * 0.78f, r * 0.92f, r * 0.80f), shirt.Scale(0.9f));
            canvas.Fill(new Ellipse(x, y - r * 0.52f, r * 1.40f, r * 0.17f), shirt.Scale(0.7f));
        }
        Rgb dark = new(36, 26, 30);
        foreach (float side in (ReadOnlySpan<float>)[-1f, 1f])
        {
            canvas.Fill(new Ellipse(x + side * r * 0.38f, y + r * 0.02f, r * 0.13f, r * 0.17f), dark);
        }
        // A smile is a disc less the same disc moved up.
        canvas.Fill(new Without<Ellipse, Ellipse>(new(x, y + r * 0.50f, r * 0.44f, r * 0.32f),
            new(x, y + r * 0.36f, r * 0.50f, r * 0.30f)), Rgb.Lerp(skin.Scale(0.45f), new(170, 50, 60), 0.4f));
    }
}
