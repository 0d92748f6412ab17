using Ssgan.Engine;

namespace Ssgan.Gan.Metrics.Scores;

/// <summary>The nearest columns of each row, by exact distances; of equally near ones those that come first.</summary>
static class NeighbourSearch
{
    /// <param name="device">Computes products.</param>
    /// <param name="rows">Who looks.</param>
    /// <param name="columns">Who is looked for, at least k (k + 1 where a row does not find itself).</param>
    /// <param name="k">How many.</param>
    /// <param name="others">Both are one set, and a row does not find itself (though it does an equal one).</param>
    /// <param name="threads">Threads that may take part; 0 takes one per logical processor.</param>
    /// <returns>For each row k neighbours with their squared distances, the nearest first.</returns>
    internal static Neighbour[][] Find(Device device, CentredRows rows, CentredRows columns, int k, bool others, int threads)
    {
        var distances = new Distances(rows, columns);
        var found = new Neighbour[rows.Count][];
        var open = new Candidates?[rows.Count];
        ProductBlocks.ForEach(device, rows, columns, threads, block => HostLoop.For(threads, block.Rows, i =>
        {
            int row = block.Row + i;
            var candidates = open[row] ??= new Candidates(k);
            var products = block[i];
            for (int j = 0; j < products.Length; j++)
            {
                int column = block.Column + j;
                if (others && column == row) continue;
                var (distance, error) = distances.Approximate(row, column, products[j]);
                candidates.Offer(column, distance - error, distance + error);
            }
        }), (first, count) => HostLoop.For(threads, count, i =>
        {
            found[first + i] = open[first + i]!.Nearest(distances, first + i);
            open[first + i] = null;
        }));
        return found;
    }

    /// <summary>The columns that may be among the k nearest of a row, as far as it has been looked at.</summary>
    sealed class Candidates(int k)
    {
        readonly List<(int Column, double Least)> _list = [];
        // The k smallest distances that some column has at most, ascending.
        readonly double[] _most = [.. Enumerable.Repeat(double.PositiveInfinity, k)];
        int _full = 4 * k + 64;

        internal void Offer(int column, double least, double most)
        {
            // Whose least is above k others' most is not among the k nearest.
            if (least > _most[^1]) return;
            if (_list.Count == _full)
            {
                Prune();
                _full = Math.Max(_full, 2 * _list.Count);
            }
            _list.Add((column, least));
            if (most >= _most[^1]) return;
            int place = k - 1;
            for (; place > 0 && _most[place - 1] > most; place--) _most[place] = _most[place - 1];
            _most[place] = most;
        }

        void Prune()
        {
            double limit = _most[^1];
            _list.RemoveAll(c => c.Least > limit);
        }

        internal Neighbour[] Nearest(in Distances distances, int row)
        {
            Prune();
            var nearest = new List<Neighbour>(_list.Count);
            int zeros = 0;
            foreach (var (column, _) in _list)
            {
                double squared = distances.Exact(row, column);
                nearest.Add(new Neighbour(column, squared / distances.Unit));
                // Columns come in order, so nothing after k equal rows is nearer or comes first.
                if (squared == 0 && ++zeros == k) break;
            }
            nearest.Sort(static (a, b) =>
                a.Distance != b.Distance ? a.Distance.CompareTo(b.Distance) : a.Index.CompareTo(b.Index));
            return [.. nearest.Take(k)];
        }
    }
}
