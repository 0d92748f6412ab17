using System.Globalization;
using System.Text;

namespace Ssgan.Engine.Distributed;

/// <summary>
/// What ranks say of themselves when one has waited too long, and the sentence that it makes: who is silent, who is elsewhere,
/// or who was late.
/// </summary>
sealed class RollCall(string[] hosts)
{
    readonly RankPlace?[] _places = new RankPlace?[hosts.Length];
    int _missing = hosts.Length;

    /// <summary>Whether all others have answered.</summary>
    public bool IsComplete => _missing == 0;

    /// <summary>What a rank says of itself.</summary>
    public void Hear(int rank, RankPlace place)
    {
        if ((uint)rank >= (uint)hosts.Length || _places[rank] is not null) return;
        _places[rank] = place;
        _missing--;
    }

    /// <summary>What happened, as seen from a rank.</summary>
    public string Sentence(RankPlace mine)
    {
        var silent = new List<int>();
        var heard = new List<int>();
        var there = new List<int>();
        int elsewhere = -1, late = -1;
        long longest = 0;
        for (int i = 0; i < hosts.Length; i++)
        {
            if (_places[i] is not { } place)
            {
                silent.Add(i);
                continue;
            }
            heard.Add(i);
            longest = Math.Max(longest, place.Milliseconds);
            if (late < 0 || place.Milliseconds < _places[late]!.Milliseconds) late = i;
            if (place.IsAt(mine)) there.Add(i);
            else if (elsewhere < 0) elsewhere = i;
        }
        string within = Seconds(longest);
        // Who is silent may have stopped in the middle of a call, which some then have ended and others not.
        if (silent.Count > 0)
            return $"{Ranks(silent, true)} did not come to {mine.Name} within {within}; {Ranks(heard, false)} "
                + (heard.Count == 1 ? "is there." : "are there.");
        // Who was stopped in the middle of a call and goes on is behind, but not astray: it has hardly waited.
        if (elsewhere >= 0 && _places[late]!.Milliseconds >= longest / 10)
            return $"{Ranks([elsewhere], true)} waits {_places[elsewhere]!.Describe()}, but {Ranks(there, false)} "
                + $"{mine.Describe()}: they no longer take the same steps.";
        return $"{Ranks([late], true)} came to {_places[late]!.Name} only after other ranks had waited {within} and given up.";
    }

    /// <summary>"Rank 2 (on node7)", "ranks 0, 1 and 3".</summary>
    string Ranks(List<int> ranks, bool first)
    {
        var text = new StringBuilder(first ? "Rank" : "rank");
        if (ranks.Count > 1) text.Append('s');
        for (int i = 0; i < ranks.Count; i++)
        {
            text.Append(i == 0 ? " " : i == ranks.Count - 1 ? " and " : ", ").Append(ranks[i]);
            if (first) text.Append(" (on ").Append(hosts[ranks[i]]).Append(')');
        }
        return text.ToString();
    }

    static string Seconds(long milliseconds) =>
        (milliseconds / 1000.0).ToString(milliseconds < 10000 ? "0.#" : "0", CultureInfo.InvariantCulture) + " s";
}
