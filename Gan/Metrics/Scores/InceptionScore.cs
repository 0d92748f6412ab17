namespace Ssgan.Gan.Metrics.Scores;

/// <summary>The Inception score (Salimans et al. 2016): exp of the mean KL(p(y | x) ‖ p(y)).</summary>
public static class InceptionScore
{
    /// <summary>
    /// The score of each split and their mean and deviation. Split i has rows ⌊iN / splits⌋ to ⌊(i + 1)N / splits⌋, in the order
    /// given: who wants them mixed hands them over mixed. A probability that is 0 adds nothing, as the limit of p·ln p;
    /// programs that take the logarithm of it say NaN (Mimicry).
    /// </summary>
    /// <param name="logits">A row of logits for each image; their softmax is taken in double.</param>
    /// <param name="splits">At least 1, and at most as many as rows.</param>
    /// <exception cref="ArgumentException">There are fewer rows than splits.</exception>
    public static Score Of(FeatureSet logits, int splits = 10)
    {
        ArgumentNullException.ThrowIfNull(logits);
        Guard.AtLeast("Inception score", "the number of splits", splits, 1);
        Guard.Rows("Inception score", "logits", logits, splits);
        double[] scores = new double[splits];
        for (int i = 0; i < splits; i++)
            scores[i] = OfRows(logits, (int)((long)logits.Count * i / splits), (int)((long)logits.Count * (i + 1) / splits));
        return Score.Of(scores);
    }

    /// <summary>exp(H(mean p) − mean H(p)).</summary>
    static double OfRows(FeatureSet logits, int start, int end)
    {
        double[] mean = new double[logits.Dimensions], p = new double[logits.Dimensions];
        double information = 0;
        for (int i = start; i < end; i++)
        {
            var row = logits[i];
            double largest = row[0], sum = 0, weighted = 0;
            foreach (float logit in row) largest = Math.Max(largest, logit);
            for (int c = 0; c < p.Length; c++)
            {
                double shifted = row[c] - largest;
                sum += p[c] = Math.Exp(shifted);
                weighted += p[c] * shifted;
            }
            // Σ p ln p with p = e^shifted / sum; the logarithm of a probability that is 0 is never taken.
            information += weighted / sum - Math.Log(sum);
            for (int c = 0; c < p.Length; c++) mean[c] += p[c] / sum;
        }
        int rows = end - start;
        information /= rows;
        foreach (double total in mean)
        {
            if (total > 0) information -= total / rows * Math.Log(total / rows);
        }
        return Math.Exp(information);
    }
}
