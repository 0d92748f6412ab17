namespace Ssgan.Engine;

/// <summary>A line of source, for messages about lifetimes.</summary>
readonly record struct CallSite(string File, int Line)
{
    public override string ToString() => $"{Path.GetFileName(File)}:{Line}";

    /// <summary>The nearest stack frame outside the engine; for debugging only, because it walks the stack.</summary>
    public static string OutsideEngine()
    {
        foreach (string line in Environment.StackTrace.Split('\n'))
        {
            string frame = line.Trim();
            if (frame.StartsWith("at ", StringComparison.Ordinal)
                && !frame.StartsWith("at Ssgan.Engine.", StringComparison.Ordinal)
                && !frame.StartsWith("at System.", StringComparison.Ordinal)) return frame[3..];
        }
        return "an unknown place";
    }
}
