namespace Ssgan.Engine.Nn;

/// <summary>Makes rows, or columns where these are fewer, orthonormal.</summary>
static class OrthogonalRows
{
    /// <summary>
    /// Gram and Schmidt's method in double, each vector twice: after the second pass what is left of the others is rounding alone
    /// (Giraud et al. 2005).
    /// </summary>
    public static float[] Of(float[] matrix, int rows, float gain)
    {
        int columns = rows == 0 ? 0 : matrix.Length / rows;
        bool tall = rows > columns;
        var (count, length) = tall ? (columns, rows) : (rows, columns);
        var vectors = new double[count][];
        for (int i = 0; i < count; i++)
        {
            var v = vectors[i] = new double[length];
            for (int k = 0; k < length; k++) v[k] = matrix[tall ? k * columns + i : i * columns + k];
            for (int pass = 0; pass < 2; pass++)
            {
                for (int j = 0; j < i; j++)
                {
                    double share = Dot(v, vectors[j]);
                    for (int k = 0; k < length; k++) v[k] -= share * vectors[j][k];
                }
            }
            double norm = Math.Sqrt(Dot(v, v));
            for (int k = 0; k < length; k++) v[k] /= norm;
        }
        var result = new float[matrix.Length];
        for (int i = 0; i < count; i++)
            for (int k = 0; k < length; k++) result[tall ? k * columns + i : i * columns + k] = (float)(gain * vectors[i][k]);
        return result;
    }

    static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int k = 0; k < a.Length; k++) sum += a[k] * b[k];
        return sum;
    }
}
