using Ssgan.Gan.Metrics.Scores;

namespace Ssgan.Tests.Metrics.Scores;

/// <summary>Eigenvalues, and factors of covariances.</summary>
sealed class DecompositionTests
{
    static readonly double[][] Spectra =
    [
        [3], [1, 2], [-2, 0, 5], [0, 0, 0, 0], [7, 7, 7, 7, 7],
        [.. Enumerable.Range(0, 60).Select(static i => Math.Pow(10, i / 4 - 12))],
        // More rows than are left to one thread.
        [.. Enumerable.Range(0, 300).Select(static i => (double)(i % 50 - 10))],
    ];

    [TestCaseSource(nameof(Spectra))]
    public void Eigenvalues_of_a_turned_diagonal_are_its_numbers(double[] spectrum)
    {
        double[] expected = [.. spectrum.Order()];
        double tolerance = 1e-14 * Math.Max(1e-300, spectrum.Max(Math.Abs)) * Math.Sqrt(spectrum.Length);
        Assert.That(Values(Turned(spectrum), 3), Is.EqualTo(expected).Within(tolerance));
    }

    [Test]
    public void A_diagonal_keeps_every_digit()
    {
        double[] matrix = new double[16];
        (matrix[0], matrix[5], matrix[10], matrix[15]) = (1e-20, 3, -1e-300, 1e20);
        Assert.That(Values(matrix, 1), Is.EqualTo(new[] { -1e-300, 1e-20, 3, 1e20 }));
    }

    /// <summary>Small entries first: each eigenvalue is right to its own size.</summary>
    [Test]
    public void A_graded_matrix_keeps_its_small_eigenvalues()
    {
        const int n = 12;
        double[] matrix = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) matrix[i * n + j] = Math.Pow(10, i + j - 2 * n) * (i == j ? 1 : 0.01);
        double[] values = Values(matrix, 1);
        for (int i = 0; i < n; i++)
        {
            double size = Math.Pow(10, 2 * (i - n));
            Assert.That(values[i], Is.EqualTo(size).Within(2e-3 * size));
        }
    }

    [Test]
    public void Threads_change_no_bit()
    {
        double[] matrix = Turned([.. Enumerable.Range(0, 300).Select(static i => (double)i)]);
        Assert.That(Values(matrix, 3), Is.EqualTo(Values(matrix, 1)));
        Assert.That(PivotedCholesky.Of(matrix, 300, 3).Factor, Is.EqualTo(PivotedCholesky.Of(matrix, 300, 1).Factor));
    }

    [TestCase(40, 40)]
    [TestCase(150, 150)]
    [TestCase(150, 11)]
    [TestCase(5, 1)]
    [TestCase(4, 0)]
    public void A_factor_times_itself_is_the_matrix(int n, int rank)
    {
        double[] matrix = Turned([.. Enumerable.Range(0, n).Select(i => i < rank ? i + 1.0 : 0)]);
        var (factor, found) = PivotedCholesky.Of(matrix, n, 2);
        Assert.That(found, Is.EqualTo(rank));
        Assert.That(factor, Has.Length.EqualTo(n * rank));
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double product = 0;
                for (int k = 0; k < rank; k++) product += factor[i * rank + k] * factor[j * rank + k];
                if (!(Math.Abs(product - matrix[i * n + j]) < 1e-13 * n)) Assert.Fail($"({i}, {j}) is {product}.");
            }
        }
    }

    static double[] Values(double[] matrix, int threads) =>
        SymmetricEigenvalues.Of([.. matrix], (int)Math.Sqrt(matrix.Length), threads);

    /// <summary>A diagonal between two of a reflection I − 2uuᵀ, twice.</summary>
    static double[] Turned(double[] diagonal)
    {
        int n = diagonal.Length;
        var random = new Random(n);
        double[] matrix = new double[n * n];
        for (int i = 0; i < n; i++) matrix[i * (n + 1)] = diagonal[i];
        for (int turn = 0; turn < 2; turn++)
        {
            double[] u = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5)], p = new double[n];
            double h = u.Sum(static v => v * v) / 2, product = 0;
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++) p[i] += matrix[i * n + j] * u[j] / h;
                product += u[i] * p[i];
            }
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++)
                    matrix[i * n + j] -= u[i] * p[j] + p[i] * u[j] - product / h * u[i] * u[j];
        }
        return matrix;
    }
}
