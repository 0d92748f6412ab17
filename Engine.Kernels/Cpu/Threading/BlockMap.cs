namespace Ssgan.Engine.Kernels.Cpu.Threading;

/// <summary>
/// Splits several arrays into blocks that one parallel loop can run over: array i owns the loop's items [first[i], first[i + 1]).
/// </summary>
readonly unsafe struct BlockMap(int* first, int arrays)
{
    /// <summary>Bytes that a map of so many arrays takes.</summary>
    public static int Bytes(int arrays) => (arrays + 1) * sizeof(int);

    /// <summary>Number of items in all.</summary>
    public int Items => first[arrays];

    /// <summary>Says how many blocks array i has; called for i = 0, 1, ….</summary>
    public void Set(int array, long blocks)
    {
        if (array == 0) first[0] = 0;
        first[array + 1] = checked(first[array] + (int)blocks);
    }

    /// <summary>The array that an item belongs to, and which of its blocks it is.</summary>
    public int Find(int item, out int block)
    {
        int low = 0, high = arrays - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (first[middle] <= item) low = middle;
            else high = middle - 1;
        }
        // Arrays without blocks share their start with the next one; the search above ends on the last of them,
        // which owns the item.
        block = item - first[low];
        return low;
    }
}
