namespace Ssgan.Gan.Training;

/// <summary>A sheet of samples with a row for each class.</summary>
static class ClassRows
{
    /// <summary>
    /// The class of each image of a sheet, row by row, and how many images a row has: of all classes where two images each fit in
    /// the count, else of as many, evenly spaced, as make the sheet nearly square.
    /// </summary>
    /// <param name="count">The most images of the sheet, at least 1.</param>
    /// <param name="classes">How many classes there are, at least 1.</param>
    public static (int[] Labels, int Columns) Of(int count, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        int rows = 2 * classes <= count ? classes : Math.Min(classes, (int)Math.Sqrt(count)), columns = count / rows;
        return ([.. Enumerable.Range(0, rows * columns).Select(i => (int)((long)(i / columns) * classes / rows))], columns);
    }
}
